/**
 * Estimates from the audit sample: every audit item stands for as many messages as its chance says (inverse probability,
 * Horvitz and Thompson 1952), brought to the known number of messages in its tenth of the scores (post-stratification), so
 * that items which nobody has decided yet are stood for by those beside them.
 */
import { betaQuantile } from './beta.ts';
import type { Interval } from './bootstrap.ts';

/** Fewer decided audit items than this, and no figure is given. */
export const LEAST_AUDIT_ITEMS = 30;

/** Tenths of the score, as the sample is drawn by. */
const BANDS = 10;
/** Bands are joined until each has so many items. */
const LEAST_OF_BAND = 2;

/** An audit item that was decided. */
export interface Audited {
  readonly score: number;
  /** somebody decided that there is something to act on */
  readonly positive: boolean;
  /** that it was drawn */
  readonly probability: number;
  /** a recall target set it aside, and the model read it for the sample alone */
  readonly aside?: boolean;
}

/** … and how many messages it stands for. */
export interface Weighed extends Audited {
  readonly weight: number;
}

const bandOf = (score: number): number => Math.min(BANDS - 1, Math.floor(score * BANDS));

/**
 * @param population scores of all messages that the model read
 * @param aside messages that were set aside: those that were drawn of them stand for these alone
 * @returns none where nothing was decided
 */
export function weigh(audited: readonly Audited[], population: ArrayLike<number>, aside = 0): readonly Weighed[] {
  const [own, others] = [audited.filter((one) => one.aside !== true), audited.filter((one) => one.aside === true)];
  const stood = others.reduce((sum, { probability }) => sum + 1 / probability, 0);
  return [
    ...weighByBands(own, population),
    ...others.map((one) => ({ ...one, weight: aside / stood / one.probability })),
  ];
}

function weighByBands(audited: readonly Audited[], population: ArrayLike<number>): readonly Weighed[] {
  if (audited.length === 0) return [];
  const messages = new Float64Array(BANDS);
  for (let i = 0; i < population.length; i++) messages[bandOf(population[i] as number)]! += 1;
  const groups = joined(audited);
  const stood = new Float64Array(BANDS);
  for (const { score, probability } of audited) stood[groups[bandOf(score)] as number]! += 1 / probability;
  const there = new Float64Array(BANDS);
  messages.forEach((count, band) => (there[groups[band] as number]! += count));
  return audited.map((one) => {
    const group = groups[bandOf(one.score)] as number;
    return { ...one, weight: ((there[group] as number) / (stood[group] as number)) * (1 / one.probability) };
  });
}

/** Number of the group that each band belongs to: neighbours together, each group with items enough, as far as there are. */
function joined(audited: readonly Audited[]): readonly number[] {
  const items = new Float64Array(BANDS);
  for (const { score } of audited) items[bandOf(score)]! += 1;
  const groups: number[] = [];
  let group = 0;
  let inGroup = 0;
  items.forEach((count, band) => {
    groups.push(group);
    inGroup += count;
    if (inGroup >= LEAST_OF_BAND && band < BANDS - 1) {
      group++;
      inGroup = 0;
    }
  });
  // What is left at the upper end joins the last group that has enough.
  return inGroup < LEAST_OF_BAND && group > 0 ? groups.map((of) => Math.min(of, group - 1)) : groups;
}

/** The share of positives among some messages, as items of a sample show it. */
export interface Rate {
  /** null where none of them was decided */
  readonly value: number | null;
  /** Beta(a, b): what is known of it. Jeffreys' prior; all is known where all messages were decided. */
  readonly a: number;
  readonly b: number;
}

/**
 * @param items of the sample among these messages
 * @param messages how many they are
 */
export function rateOf(items: readonly Weighed[], messages: number): Rate {
  let sum = 0;
  let squares = 0;
  let positives = 0;
  for (const { weight, positive } of items) {
    sum += weight;
    squares += weight * weight;
    if (positive) positives += weight;
  }
  if (sum === 0) return { value: null, a: 0.5, b: 0.5 };
  const value = positives / sum;
  // As many items of equal weight would say as much (Kish 1965); the more of all messages they are, the less is open.
  const left = Math.max(1 - items.length / messages, 1e-6);
  const size = (sum * sum) / squares / left;
  return { value, a: value * size + 0.5, b: (1 - value) * size + 0.5 };
}

const TAIL = 0.025;

/** 95% interval of a rate. It reaches the end where no item says otherwise (Brown, Cai and DasGupta 2001). */
export function intervalOf({ value, a, b }: Rate): Interval {
  return {
    low: value === null || value === 0 ? 0 : betaQuantile(TAIL, a, b),
    high: value === null || value === 1 ? 1 : betaQuantile(1 - TAIL, a, b),
  };
}

/** Points at which what is known of a number is looked at: so many equally likely values. */
const POINTS = 64;

/** Messages, and the share of positives among them as it is known. */
export interface Part {
  readonly rate: Rate;
  readonly messages: number;
}

/** Positives in some parts; null where nothing is known of one of them. */
export function positivesIn(parts: readonly Part[]): number | null {
  let sum = 0;
  for (const { rate, messages } of parts) {
    if (messages === 0) continue;
    if (rate.value === null) return null;
    sum += messages * rate.value;
  }
  return sum;
}

/**
 * 95% interval of the share of all positives that lie in the first parts, from what is known of the rates in all of them. Every
 * combination of 64 equally likely values of each side is looked at.
 */
export function intervalOfShare(first: readonly Part[], second: readonly Part[]): Interval {
  const [here, there] = [valuesIn(first), valuesIn(second)];
  const shares = Float64Array.from(here.flatMap((x) => there.map((y) => (x + y === 0 ? 0 : x / (x + y))))).sort();
  const at = (p: number): number => shares[Math.min(shares.length - 1, Math.floor(p * shares.length))] ?? NaN;
  return {
    low: positivesIn(first) === 0 ? 0 : at(TAIL),
    high: positivesIn(second) === 0 ? 1 : at(1 - TAIL),
  };
}

/** Equally likely numbers of positives in all parts together. */
function valuesIn(parts: readonly Part[]): readonly number[] {
  const [first = [0], ...others] = parts
    .filter(({ messages }) => messages > 0)
    .map(({ rate: { a, b }, messages }) =>
      Array.from({ length: POINTS }, (_, i) => messages * betaQuantile((i + 0.5) / POINTS, a, b)),
    );
  return others.reduce((sums, values) => {
    const all = Float64Array.from(sums.flatMap((x) => values.map((y) => x + y))).sort();
    return Array.from({ length: POINTS }, (_, i) => all[Math.floor(((i + 0.5) / POINTS) * all.length)] ?? 0);
  }, first);
}
