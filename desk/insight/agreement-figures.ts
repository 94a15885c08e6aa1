/**
 * How far reviewers agree: Krippendorff's α (nominal; Krippendorff 2011, "Computing Krippendorff's alpha-reliability") over
 * all of them, Cohen's κ (1960) of each pair, and the share that is the same.
 *
 * All of these are functions of sums over messages. So each message is reduced to what it adds to these sums, once. Most add the
 * same as many others do: a resample of the bootstrap counts how often each of these few kinds was drawn, and adds up.
 */
import { bootstrapping } from './bootstrap.ts';
import type { Figure } from './evaluation.ts';
import { Sums, Values } from './sums.ts';

/** What one reviewer decided about one message. */
export interface Rating {
  /** the message */
  readonly unit: number;
  /** the same for equal texts, which are drawn together */
  readonly group: number;
  readonly reviewer: number;
  /** ids, rising, each once */
  readonly labels: readonly number[];
}

export interface Agreed {
  readonly same: Figure;
  readonly alpha: Figure;
}

export interface PairAgreed {
  /** the lower id first */
  readonly reviewers: readonly [number, number];
  readonly messages: number;
  readonly same: Figure;
  readonly kappa: Figure;
  /** in the order of the labels */
  readonly labels: readonly { readonly kappa: Figure }[];
}

export interface AgreementFigures extends Agreed {
  /** messages with two ratings or more: the others say nothing */
  readonly messages: number;
  /** in the order of the labels */
  readonly labels: readonly (Agreed & { readonly messages: number })[];
  readonly pairs: readonly PairAgreed[];
}

/** Above so many texts, intervals rest on fewer resamples. */
const MANY = 20_000;
const RESAMPLES = { few: 1000, many: 200 } as const;

/** Ratings between which others may get a turn. */
const PIECE = 256;

/** A figure as a function of sums over messages. */
type OfSums = (sums: Float64Array) => number;

/**
 * Figures of ratings, one of each reviewer and message at most, piece by piece. A figure that they cannot give (κ where both
 * always say the same, α where all do) is NaN.
 * @param labels ids of the labels that are told apart
 */
export function* agreementFigures(
  ratings: readonly Rating[],
  labels: readonly number[],
): Generator<void, AgreementFigures, void> {
  const units = yield* unitsOf(ratings);
  const sums = new Sums();
  const all = new Several(sums, labels);
  const pairs = new Map<string, Pair>();
  for (const unit of units) {
    const sorted = unit.toSorted((a, b) => a.reviewer - b.reviewer);
    const group = sorted[0]?.group ?? 0;
    all.add(group, sorted);
    sorted.forEach((a, i) => {
      for (const b of sorted.slice(i + 1)) {
        const key = `${a.reviewer} ${b.reviewer}`;
        const pair = pairs.get(key) ?? new Pair(sums, labels, [a.reviewer, b.reviewer]);
        pairs.set(key, pair);
        pair.add(group, a, b);
      }
    });
    yield;
  }
  const each = [...pairs.values()].sort(({ reviewers: [a, b] }, { reviewers: [c, d] }) => a - c || b - d);
  const wanted = [...all.figures, ...each.flatMap(({ figures }) => figures)];
  const figures = yield* figuresOf(sums, wanted);
  const take = (): Figure => figures.shift() ?? { value: NaN, low: NaN, high: NaN };
  return {
    messages: units.length,
    same: take(),
    alpha: take(),
    labels: labels.map((_, i) => ({ messages: all.messagesWith[i] ?? 0, same: take(), alpha: take() })),
    pairs: each.map(({ reviewers, messages }) => ({
      reviewers,
      messages,
      same: take(),
      kappa: take(),
      labels: labels.map(() => ({ kappa: take() })),
    })),
  };
}

/** The ratings of each message that has two or more. */
function* unitsOf(ratings: readonly Rating[]): Generator<void, readonly (readonly Rating[])[], void> {
  const units = new Map<number, Rating[]>();
  for (const [i, rating] of ratings.entries()) {
    const unit = units.get(rating.unit);
    if (unit === undefined) units.set(rating.unit, [rating]);
    else unit.push(rating);
    if (i % PIECE === 0) yield;
  }
  return [...units.values()].filter((unit) => unit.length > 1);
}

function* figuresOf(sums: Sums, wanted: readonly OfSums[]): Generator<void, Figure[], void> {
  const { texts } = sums;
  const kinds = yield* sums.kinds();
  const of = (drawn: Float64Array): number[] => {
    const total = kinds.total(drawn);
    return wanted.map((figure) => figure(total));
  };
  const values = of(new Float64Array(texts).fill(1));
  if (texts === 0) return values.map((value) => ({ value, low: NaN, high: NaN }));
  const intervals = yield* bootstrapping(texts, of, { resamples: texts > MANY ? RESAMPLES.many : RESAMPLES.few });
  return values.map((value, i) => ({ value, low: intervals[i]?.low ?? NaN, high: intervals[i]?.high ?? NaN }));
}

/**
 * With m ratings of a message, x of them for a value: n = Σ m, n_c = Σ x_c, and of differences D = Σ (m² − Σ x_c²)/(m − 1).
 *   same = 1 − D/n    α = 1 − (n − 1) D / (n² − Σ n_c²)
 */
class Several {
  readonly #sums: Sums;
  readonly #labels: readonly number[];
  readonly #n: number;
  readonly #differences: number;
  readonly #values: Values;
  readonly #perLabel: readonly { readonly ones: number; readonly differences: number }[];
  readonly messagesWith: number[];

  constructor(sums: Sums, labels: readonly number[]) {
    this.#sums = sums;
    this.#labels = labels;
    this.#n = sums.place();
    this.#differences = sums.place();
    this.#values = new Values(sums);
    this.#perLabel = labels.map(() => ({ ones: sums.place(), differences: sums.place() }));
    this.messagesWith = labels.map(() => 0);
  }

  add(group: number, unit: readonly Rating[]): void {
    const sums = this.#sums;
    const m = unit.length;
    const counts = [...Map.groupBy(unit, ({ labels }) => labels.join()).entries()];
    sums.add(group, this.#n, m);
    for (const [value, of] of counts) sums.add(group, this.#values.place(value), of.length);
    const squares = counts.reduce((sum, [, of]) => sum + of.length ** 2, 0);
    sums.add(group, this.#differences, (m * m - squares) / (m - 1));
    this.#labels.forEach((label, i) => {
      const ones = unit.filter(({ labels }) => labels.includes(label)).length;
      const places = this.#perLabel[i];
      if (ones === 0 || places === undefined) return;
      this.messagesWith[i] = (this.messagesWith[i] ?? 0) + 1;
      sums.add(group, places.ones, ones);
      sums.add(group, places.differences, (2 * ones * (m - ones)) / (m - 1));
    });
  }

  /** same and α; then of each label */
  get figures(): readonly OfSums[] {
    const at = (sums: Float64Array, place: number): number => sums[place] as number;
    const alpha = (n: number, differences: number, squares: number): number =>
      1 - ((n - 1) * differences) / (n * n - squares);
    return [
      (sums) => 1 - at(sums, this.#differences) / at(sums, this.#n),
      (sums) => {
        let squares = 0;
        for (const [, place] of this.#values.entries()) squares += at(sums, place) ** 2;
        return alpha(at(sums, this.#n), at(sums, this.#differences), squares);
      },
      ...this.#perLabel.flatMap(({ ones, differences }): OfSums[] => [
        (sums) => 1 - at(sums, differences) / at(sums, this.#n),
        (sums) => {
          const [n, one] = [at(sums, this.#n), at(sums, ones)];
          return alpha(n, at(sums, differences), one ** 2 + (n - one) ** 2);
        },
      ]),
    ];
  }
}

/** κ = (p − e)/(1 − e): of N messages that both decided, p is the share of the same, e that of chance by what each gives. */
class Pair {
  readonly reviewers: readonly [number, number];
  readonly #sums: Sums;
  readonly #labels: readonly number[];
  readonly #n: number;
  readonly #same: number;
  readonly #a: Values;
  readonly #b: Values;
  readonly #perLabel: readonly { readonly a: number; readonly b: number; readonly both: number }[];
  messages = 0;

  constructor(sums: Sums, labels: readonly number[], reviewers: readonly [number, number]) {
    this.reviewers = reviewers;
    this.#sums = sums;
    this.#labels = labels;
    this.#n = sums.place();
    this.#same = sums.place();
    this.#a = new Values(sums);
    this.#b = new Values(sums);
    this.#perLabel = labels.map(() => ({ a: sums.place(), b: sums.place(), both: sums.place() }));
  }

  add(group: number, a: Rating, b: Rating): void {
    const sums = this.#sums;
    const [one, other] = [a.labels.join(), b.labels.join()];
    this.messages++;
    sums.add(group, this.#n, 1);
    sums.add(group, this.#a.place(one), 1);
    sums.add(group, this.#b.place(other), 1);
    if (one === other) sums.add(group, this.#same, 1);
    this.#labels.forEach((label, i) => {
      const places = this.#perLabel[i];
      const [inA, inB] = [a.labels.includes(label), b.labels.includes(label)];
      if (places === undefined) return;
      if (inA) sums.add(group, places.a, 1);
      if (inB) sums.add(group, places.b, 1);
      if (inA && inB) sums.add(group, places.both, 1);
    });
  }

  /** same and κ; then κ of each label */
  get figures(): readonly OfSums[] {
    const at = (sums: Float64Array, place: number): number => sums[place] as number;
    const kappa = (p: number, e: number): number => (p - e) / (1 - e);
    return [
      (sums) => at(sums, this.#same) / at(sums, this.#n),
      (sums) => {
        const n = at(sums, this.#n);
        let chance = 0;
        for (const [value, place] of this.#a.entries()) {
          const other = this.#b.find(value);
          if (other !== undefined) chance += at(sums, place) * at(sums, other);
        }
        return kappa(at(sums, this.#same) / n, chance / (n * n));
      },
      ...this.#perLabel.map(({ a, b, both }): OfSums => (sums) => {
        const [n, ofA, ofB] = [at(sums, this.#n), at(sums, a), at(sums, b)];
        const same = n - ofA - ofB + 2 * at(sums, both);
        return kappa(same / n, (ofA * ofB + (n - ofA) * (n - ofB)) / (n * n));
      }),
    ];
  }
}
