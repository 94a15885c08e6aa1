/** Learning curves of one community: each order from each start, means over seeds, and what all labels would give. */
import type { ChosenModel } from '../../desk/models/choose.ts';
import { rowsOf, type Features, type LinearHead } from '../../engine/score/linear-head.ts';
import type { Community } from './communities.ts';
import {
  learn,
  ORDERS,
  pointOf,
  scoresOf,
  simulate,
  type Order,
  type Point,
  type Side,
  type Task,
} from './simulate.ts';
import { statesOf } from './states.ts';

export const STARTS = ['fresh', 'adapter'] as const;
export type Start = (typeof STARTS)[number];

export interface Curves {
  readonly community: Community;
  readonly start: Start;
  /** with all labels of the pool */
  readonly all: Point;
  /** what the model says of each message of the pool before anything was decided; one half where there is none */
  readonly first: Float32Array;
  /** one a seed */
  readonly runs: Readonly<Record<Order, readonly Run[]>>;
}

export interface Run {
  readonly points: readonly Point[];
  /** rows of the pool, in the order in which they were decided */
  readonly decided: readonly number[];
}

export interface Read {
  readonly tasks: Readonly<Record<Start, Task>>;
  /** of the base model: what the desk rests its hint on */
  readonly frozen: Features;
}

/** Both readings of a community: by the base model alone, and through the adapter, with its head to start from. */
export async function readings(
  { pool, held }: Community,
  chosen: ChosenModel,
  folder: string,
  say: (line: string) => void,
): Promise<Read> {
  const texts = [...pool, ...held].map(({ text }) => text);
  const positive = Uint8Array.from([...pool, ...held], (message) => (message.positive ? 1 : 0));
  const sides = (features: Features): Pick<Task, 'pool' | 'held'> => {
    const part = (from: number, to: number): Side => ({
      features: rowsOf(
        features,
        Array.from({ length: to - from }, (_, i) => from + i),
      ),
      positive: positive.subarray(from, to),
    });
    return { pool: part(0, pool.length), held: part(pool.length, texts.length) };
  };
  const fresh = { ...sides(await statesOf(texts, chosen, false, folder, say)), start: null };
  const adapter = { ...sides(await statesOf(texts, chosen, true, folder, say)), start: headOf(chosen) };
  return { tasks: { fresh, adapter }, frozen: fresh.pool.features };
}

export async function curvesOf(
  community: Community,
  start: Start,
  task: Task,
  seeds: readonly number[],
): Promise<Curves> {
  const { pool, held } = task;
  const whole = await learn(pool, [...pool.positive.keys()], task.start);
  const runs: Partial<Record<Order, Run[]>> = {};
  for (const order of ORDERS) {
    const own = (runs[order] = [] as Run[]);
    for (const seed of seeds) own.push(await simulate(task, order, seed));
  }
  const first =
    task.start === null ? new Float32Array(pool.positive.length).fill(0.5) : scoresOf(task.start, pool.features);
  return { community, start, all: pointOf(held, whole, pool.positive.length), first, runs: runs as Curves['runs'] };
}

export interface MeanPoint {
  readonly decisions: number;
  readonly macroF1: number;
  readonly auroc: number;
}

/** Mean over seeds, round by round. */
export function meanOf(runs: readonly Run[]): readonly MeanPoint[] {
  const [first] = runs;
  const mean = (of: (run: Run) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return (first?.points ?? []).map(({ decisions }, round) => ({
    decisions,
    macroF1: mean(({ points }) => points[round]?.macroF1 ?? NaN),
    auroc: mean(({ points }) => points[round]?.auroc ?? NaN),
  }));
}

/** Fine and abusive, as the adapter has them. */
function headOf({ adapter }: ChosenModel): LinearHead {
  const { head, labels, neutralLabel, hidden } = adapter;
  if (labels.length !== 2 || neutralLabel === null || hidden !== undefined)
    throw new RangeError(
      `"${adapter.name}" has no linear head of two labels, one of which means that nothing is wrong.`,
    );
  const columns = head.weight.length / 2;
  const rows = neutralLabel === labels[0] ? [0, 1] : [1, 0];
  return {
    classes: 2,
    columns,
    weights: Float32Array.from(rows.flatMap((row) => [...head.weight.subarray(row * columns, (row + 1) * columns)])),
    bias: Float32Array.from(rows, (row) => head.bias[row] as number),
  };
}
