/**
 * A moderator who decides as the labels say, in one order or another, and a head that learns on the way: after each round it has
 * learned from all decisions so far, and it picks the next.
 */
import { macroF1, confusionOf, areaUnderRoc, rank } from '../../desk/insight/metrics.ts';
import { spread } from '../../desk/queue/order.ts';
import { uncertaintyOf } from '../../desk/queue/rank.ts';
import { predictLinear, rowsOf, type Features, type LinearHead } from '../../engine/score/linear-head.ts';
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import { headStrength } from '../../desk/retrain/learning-curve.ts';
import { fitLogisticFrom } from '../../engine/train/linear/logistic-from.ts';

export const ORDERS = ['random', 'uncertain', 'diverse', 'urgent'] as const;
export type Order = (typeof ORDERS)[number];

/** Decisions after which the head learns anew. */
export const ROUNDS = [20, 50, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000] as const;

/** States of one reading of a community, with what is right. */
export interface Side {
  readonly features: Features;
  readonly positive: Uint8Array;
}

export interface Task {
  readonly pool: Side;
  readonly held: Side;
  /** where the head starts, and what picks the first decisions; null: from nothing, and the first ones are random */
  readonly start: LinearHead | null;
}

export interface Point {
  readonly decisions: number;
  /** on the held-out part */
  readonly macroF1: number;
  readonly auroc: number;
}

export interface Simulated {
  readonly points: readonly Point[];
  /** rows of the pool, in the order in which they were decided */
  readonly decided: readonly number[];
}

export async function simulate({ pool, held, start }: Task, order: Order, seed: number): Promise<Simulated> {
  // Numbers of messages, as an import would give them.
  const imported = shuffle([...pool.positive.keys()], seededRandom(seed + 1));
  const open = new Set(imported.keys());
  const decided: number[] = [];
  const points: Point[] = start === null ? [] : [pointOf(held, start, 0)];
  let head = start;
  for (const decisions of ROUNDS) {
    const wanted = Math.min(decisions, imported.length) - decided.length;
    const scores = head && scoresOf(head, pool.features);
    const key = keyOf(order, scores && ((item) => scores[imported[item] as number] as number));
    const next = [...open].sort((a, b) => key(b)[0] - key(a)[0] || key(b)[1] - key(a)[1]).slice(0, wanted);
    for (const item of next) {
      open.delete(item);
      decided.push(imported[item] as number);
    }
    const kinds = new Set(decided.map((row) => pool.positive[row])).size;
    // A head cannot be fitted to one kind alone; until both were met, all stays as it is.
    if (kinds === 2) head = await learn(pool, decided, start);
    points.push(pointOf(held, head, decisions));
  }
  return { points, decided };
}

/** The head after some rows of a pool. */
export async function learn(
  { features, positive }: Side,
  rows: readonly number[],
  start: LinearHead | null,
): Promise<LinearHead> {
  const labels = rows.map((row) => positive[row] as number);
  const strength = headStrength(rows.length);
  return await fitLogisticFrom({ features: rowsOf(features, rows), labels }, start, {
    classWeights: 'balanced',
    strength,
  });
}

/** What an order goes by, the highest first; without a model all orders are as good as random. */
function keyOf(order: Order, score: ((item: number) => number) | null): (item: number) => readonly [number, number] {
  if (order === 'random' || score === null) return (item) => [0, -item];
  switch (order) {
    case 'uncertain':
      return (item) => [-Math.abs(score(item) - 0.5), -item];
    case 'diverse':
      return (item) => [uncertaintyOf(score(item), 0.5, 0), spread(item)];
    case 'urgent':
      return (item) => [score(item), -item];
  }
}

/** @param head null calls all messages fine */
export function pointOf({ features, positive }: Side, head: LinearHead | null, decisions: number): Point {
  const scores = head === null ? new Float32Array(positive.length) : scoresOf(head, features);
  const said = Uint8Array.from(scores, (score) => (score >= 0.5 ? 1 : 0));
  return {
    decisions,
    macroF1: macroF1(confusionOf(positive, said, 2)),
    auroc: areaUnderRoc(rank(positive, scores)),
  };
}

/** How probable it is that something is wrong. */
export const scoresOf = (head: LinearHead, features: Features): Float32Array =>
  predictLinear(head, features).filter((_, i) => i % 2 === 1);
