/**
 * Whether more decisions would still pay: how well heads on the frozen states of the base model order what was decided, by how
 * many decisions they have learned from. A head goes on from what the model of the queue says (its logit is one more column, of
 * weight 1 at the start), as a retraining does. Every row is read by heads that have not learned from it (five parts): they
 * know a quarter, a half, three quarters or all of the others, drawn anew a few times. Through the four figures goes
 *   AUROC(n) = a − b / √n,
 * so that the next m decisions bring b (1/√n − 1/√(n + m)). Learning curves follow some power of n; which one, four points are
 * too few to find out.
 */
import { fitLogisticFrom } from '../../engine/train/linear/logistic-from.ts';
import { seededRandom, shuffle, type Random } from '../../engine/train/random.ts';
import { dotRow, rowsOf, type Features, type LinearHead } from '../../engine/score/linear-head.ts';
import type { LearningCurve } from '../contract/revisions.ts';
import { bootstrap } from '../insight/bootstrap.ts';
import { RankedParts } from '../insight/ranked-parts.ts';
import { dealt } from './decisions.ts';
import { LEAST_FOR_CURVE } from './recommendations.ts';

export interface CurveRow {
  /** the same for near-duplicates */
  readonly group: number;
  /** whether something is wrong */
  readonly positive: boolean;
  /** what the model of the queue says, which has not learned from it: 0 … 1 */
  readonly score: number;
}

/** Decisions that are asked about. */
const MORE = 100;
/** So much AUROC is worth them. */
export const WORTH = 0.005;
const QUARTERS = [1, 2, 3, 4] as const;
const FOLDS = 5;
const DRAWS = 4;
const RESAMPLES = 300;
/** More rows would cost minutes, and make the figure no surer than anybody needs. */
const MOST_ROWS = 3000;

/** Scores nearer to 0 and 1 than this are as sure as a logit need be. */
const SUREST = 1e-4;

/** λ of a head that learns from so many rows: the fewer, the more it is held back. */
export const headStrength = (rows: number): number => 1000 / rows;

/**
 * Null where too few rows have something wrong, or too few have nothing.
 * @param states of the base model, one a row, in their order
 * @throws the signal's reason
 */
export async function learningCurveOf(
  rows: readonly CurveRow[],
  states: Features,
  signal?: AbortSignal,
): Promise<LearningCurve | null> {
  const chosen = shuffle([...rows.keys()], seededRandom(1)).slice(0, MOST_ROWS);
  const curve = new Curve(
    chosen.map((row) => rows[row] as CurveRow),
    rowsOf(states, chosen),
  );
  if (curve.least < LEAST_FOR_CURVE) return null;
  const read: (readonly RankedParts[])[] = [];
  for (let draw = 0; draw < DRAWS; draw++) read.push(await curve.read(seededRandom(draw + 1), signal));
  const sizes = QUARTERS.map((quarters) => curve.learned(quarters));
  const gainOf = (aurocs: readonly number[]): number =>
    slope(sizes, aurocs) * (1 / Math.sqrt(rows.length) - 1 / Math.sqrt(rows.length + MORE));
  const aurocsOf = (drawn: Float64Array, draws: readonly number[]): readonly number[] =>
    QUARTERS.map((_, at) => mean(draws.map((draw) => read[draw]?.[at]?.auroc(drawn) ?? NaN)));
  const draws = [...read.keys()];
  const aurocs = aurocsOf(new Float64Array(chosen.length).fill(1), draws);
  const value = gainOf(aurocs);
  // What was learned from is drawn as well as what is read.
  const random = seededRandom(2);
  const [interval] = bootstrap(
    chosen.length,
    (drawn) => [
      gainOf(
        aurocsOf(
          drawn,
          draws.map(() => Math.floor(random() * DRAWS)),
        ),
      ),
    ],
    { groups: curve.groups, resamples: RESAMPLES },
  );
  const { low, high } = interval ?? { low: NaN, high: NaN };
  return {
    points: sizes.map((decisions, at) => ({ decisions, auroc: aurocs[at] ?? NaN })),
    more: MORE,
    gain: { value, low, high },
    verdict: high < WORTH ? 'hardly-pay' : low > 0 && value >= WORTH ? 'pay' : 'unclear',
  };
}

/** The decided rows in parts, and what reads each. */
class Curve {
  readonly groups: readonly number[];
  /** states, and the logit of the score behind them */
  readonly #states: Features;
  readonly #start: LinearHead;
  readonly #positive: Uint8Array;
  readonly #part: Uint8Array;

  constructor(rows: readonly CurveRow[], states: Features) {
    this.#states = withLogits(states, rows);
    this.#start = lastColumn(this.#states.columns);
    this.#positive = Uint8Array.from(rows, ({ positive }) => (positive ? 1 : 0));
    this.groups = rows.map(({ group }) => group);
    const parts = dealt(
      rows.map(({ group, positive }) => ({ group, label: String(positive) })),
      FOLDS,
    );
    this.#part = Uint8Array.from(this.groups, (group) => parts.get(group) ?? 0);
  }

  /** rows of the rarer kind */
  get least(): number {
    const positives = this.#positive.reduce((sum, one) => sum + one, 0);
    return Math.min(positives, this.#positive.length - positives);
  }

  /** rows that a head of so many quarters has learned from */
  learned(quarters: number): number {
    return Math.round((this.#positive.length * (1 - 1 / FOLDS) * quarters) / 4);
  }

  /** Reads every row by heads of each size, which know other rows in an order of their own. */
  async read(random: Random, signal: AbortSignal | undefined): Promise<readonly RankedParts[]> {
    const order = shuffle([...this.#positive.keys()], random);
    const scores = QUARTERS.map(() => new Float64Array(order.length));
    for (let part = 0; part < FOLDS; part++) {
      // Of each kind the same share, so that the smallest head has both.
      const kinds = [0, 1].map((kind) => order.filter((i) => this.#part[i] !== part && this.#positive[i] === kind));
      for (const [at, quarters] of QUARTERS.entries()) {
        const train = kinds.flatMap((own) => own.slice(0, Math.round((own.length * quarters) / 4)));
        const head = await fitLogisticFrom(
          { features: rowsOf(this.#states, train), labels: train.map((i) => this.#positive[i] as number) },
          this.#start,
          { classWeights: 'balanced', strength: headStrength(train.length), signal },
        );
        const { values, columns } = this.#states;
        for (const i of order)
          // Rows are ranked: the weights of one class say as much as the difference of both.
          if (this.#part[i] === part)
            (scores[at] as Float64Array)[i] = dotRow(values, i * columns, head.weights, columns, columns);
      }
    }
    return scores.map((own) => new RankedParts(own, this.#positive, this.#part));
  }
}

function withLogits({ values, rows, columns }: Features, of: readonly CurveRow[]): Features {
  const wider = new Float32Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    const score = Math.min(1 - SUREST, Math.max(SUREST, of[row]?.score ?? 0.5));
    wider.set(values.subarray(row * columns, (row + 1) * columns), row * (columns + 1));
    wider[row * (columns + 1) + columns] = Math.log(score / (1 - score));
  }
  return { values: wider, rows, columns: columns + 1 };
}

/** A head whose logit is its last column. */
function lastColumn(columns: number): LinearHead {
  const weights = new Float32Array(2 * columns);
  [weights[columns - 1], weights[2 * columns - 1]] = [-0.5, 0.5];
  return { classes: 2, columns, weights, bias: new Float32Array(2) };
}

/** b of a − b / √n, by least squares. */
function slope(sizes: readonly number[], aurocs: readonly number[]): number {
  const x = sizes.map((n) => 1 / Math.sqrt(n));
  const [mx, my] = [mean(x), mean(aurocs)];
  const shared = x.reduce((sum, one, at) => sum + (one - mx) * ((aurocs[at] as number) - my), 0);
  return -shared / x.reduce((sum, one) => sum + (one - mx) ** 2, 0);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
