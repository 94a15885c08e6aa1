/** In which order the queue is read: one key or two of each item, the highest first. */
import { AUDIT, DISAGREE, NO_TIME, type QueueColumns } from './columns.ts';
import type { GroupScores } from './group-scores.ts';
import type { PageRoom } from './page-room.ts';

export const ORDERS = [
  'urgent',
  'uncertain',
  'newest',
  'conversation',
  'author',
  'audit',
  'disagreement',
  'not-read',
] as const;
export type Order = (typeof ORDERS)[number];

/** Keys by id. The second decides between equals. */
export interface Keys {
  readonly first: Float64Array;
  /** where `first` is by group: the group of each item */
  readonly through: Uint32Array | null;
  readonly second: ((item: number) => number) | null;
}

/** Spreads neighbours (Knuth's multiplicative hash). */
const GOLDEN = 0x9e3779b1;

/**
 * The keys of an order, good until the room is taken again.
 * @param mask loses what is not in this order at all
 */
export function keysOf(columns: QueueColumns, mask: Uint8Array, order: Order, room: PageRoom): Keys {
  const single = (first: Float64Array): Keys => ({ first, through: null, second: null });
  const { marks, reason, time, score, auditPlace } = columns;
  switch (order) {
    case 'urgent':
      leaveRanked(mask, columns.urgency);
      return single(columns.urgency);
    case 'uncertain':
      leaveRanked(mask, columns.uncertainty);
      // Neighbours in time are alike: within a band they lie apart.
      return { first: columns.uncertainty, through: null, second: (i) => Math.imul(i, GOLDEN) >>> 0 };
    case 'newest':
      return single(time);
    case 'conversation': {
      const { channel } = columns;
      const oldest = (i: number): number => (time[i] === NO_TIME ? NO_TIME : -(time[i] as number));
      return { ...byGroup(columns, channel, columns.channelScores), second: oldest };
    }
    case 'author': {
      const { author } = columns;
      const surest = (i: number): number => (Number.isNaN(score[i]) ? -1 : (score[i] as number));
      return { ...byGroup(columns, author, columns.authorScores), second: surest };
    }
    case 'audit':
      for (let i = 0; i < mask.length; i++) mask[i]! &= Number(((marks[i] as number) & AUDIT) !== 0);
      return single(negated(auditPlace, mask.length, room));
    case 'disagreement':
      for (let i = 0; i < mask.length; i++) mask[i]! &= Number(((marks[i] as number) & DISAGREE) !== 0);
      return single(columns.decidedAt);
    case 'not-read':
      for (let i = 0; i < mask.length; i++) mask[i]! &= Number(reason[i] !== 0);
      return single(negated(reason, mask.length, room));
  }
}

function leaveRanked(mask: Uint8Array, rank: Float64Array): void {
  for (let i = 0; i < mask.length; i++) mask[i]! &= Number(rank[i] !== -Infinity);
}

function negated(column: Float32Array | Uint8Array, count: number, room: PageRoom): Float64Array {
  const keys = room.keys(count);
  for (let i = 0; i < count; i++) keys[i] = -(column[i] as number);
  return keys;
}

/** A score to 24 bits and the number of a group of 28 are one key: together as many as a double has. */
const SCORE_STEPS = 2 ** 24;
const MOST_GROUPS = 2 ** 28;

/** Groups one after the other, the one with the highest score first: keys that are equal within a group alone. */
function byGroup(
  { score, length }: QueueColumns,
  group: Uint32Array,
  scores: GroupScores,
): Pick<Keys, 'first' | 'through'> {
  const highest = scores.of(group, score, length);
  return {
    first: Float64Array.from(highest, (s, g) => Math.round(s * SCORE_STEPS) * MOST_GROUPS - g),
    through: group,
  };
}
