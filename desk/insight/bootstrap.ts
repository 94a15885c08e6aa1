/**
 * Percentile bootstrap (Efron, 1979): how far a figure would move with other rows of the same kind.
 */
import { seededRandom } from '../../engine/train/random.ts';
import { atOnce } from '../slices.ts';
import { MetricError } from './metrics.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** default 1 */
  readonly seed?: number;
  /** resamples, default 1,000 */
  readonly resamples?: number;
  /** share of resamples inside the interval, default 0.95 */
  readonly coverage?: number;
  /**
   * group of each row; rows of one group are drawn together, as near-duplicates and one author's messages should be.
   * Default: each row is its own.
   */
  readonly groups?: ArrayLike<number>;
}

/**
 * Intervals of several figures from the same resamples, so that they can be compared with each other.
 * `figuresOf` gets how often each row was drawn, and gives the figures in a fixed order; one that is NaN for a
 * resample (no positives were drawn) is left out there. Deterministic for a seed.
 */
export const bootstrap = (
  rows: number,
  figuresOf: (drawn: Float64Array) => readonly number[],
  options: BootstrapOptions = {},
): readonly Interval[] => atOnce(bootstrapping(rows, figuresOf, options));

/** The same, resample by resample. */
export function* bootstrapping(
  rows: number,
  figuresOf: (drawn: Float64Array) => readonly number[],
  options: BootstrapOptions = {},
): Generator<void, readonly Interval[], void> {
  const { seed = 1, resamples = 1000, coverage = 0.95, groups } = options;
  if (rows === 0) throw new MetricError('There are no rows to take an interval of.');
  const random = seededRandom(seed);
  const members = groups === undefined ? null : membersOf(rows, groups);
  const drawn = new Float64Array(rows);
  const draw = (): Float64Array => {
    drawn.fill(0);
    if (members === null) for (let i = 0; i < rows; i++) drawn[Math.floor(random() * rows)]! += 1;
    else
      for (let i = 0; i < members.length; i++)
        for (const row of members[Math.floor(random() * members.length)] as number[]) drawn[row]! += 1;
    return drawn;
  };
  const samples: number[][] = [];
  for (let resample = 0; resample < resamples; resample++) {
    figuresOf(draw()).forEach((figure, index) => {
      const list = (samples[index] ??= []);
      if (!Number.isNaN(figure)) list.push(figure);
    });
    yield;
  }
  return samples.map((figures) => {
    const sorted = Float64Array.from(figures).sort();
    return { low: quantile(sorted, (1 - coverage) / 2), high: quantile(sorted, (1 + coverage) / 2) };
  });
}

function membersOf(rows: number, groups: ArrayLike<number>): readonly number[][] {
  const members = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const group = groups[row] as number;
    const list = members.get(group);
    if (list === undefined) members.set(group, [row]);
    else list.push(row);
  }
  return [...members.values()];
}

/** Linear between the two nearest of the sorted values; NaN without values. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (high - low) * (at - below);
}
