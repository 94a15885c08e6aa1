/** In which order the queue is read: one key or two of each item, the highest first. */
import { AUDIT, DISAGREE, NOT_READ, NO_TIME, type QueueColumns, SCORED, URGENT } from './columns.ts';
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

const GOLDEN = 0x9e3779b1;

/** A place for an item far from its neighbours' (Knuth's multiplicative hash). */
export const spread = (item: number): number => Math.imul(item, GOLDEN) >>> 0;

/** Marks of what is in an order at all. */
export const MARKS_OF: Readonly<Record<Order, number>> = {
  urgent: URGENT,
  uncertain: SCORED,
  newest: 0,
  conversation: 0,
  author: 0,
  audit: AUDIT,
  disagreement: DISAGREE,
  'not-read': NOT_READ,
};

/** The keys of some items in an order, good until the room is taken again. */
export function keysOf(columns: QueueColumns, order: Order, ids: Uint32Array, room: PageRoom): Keys {
  const { reason, time, score, auditPlace, urgency, uncertainty, decidedAt } = columns;
  const single = (first: Float64Array): Keys => ({ first, through: null, second: null });
  switch (order) {
    case 'urgent':
      return single(urgency);
    case 'uncertain':
      // Neighbours in time are alike: within a band they lie apart.
      return { ...single(uncertainty), second: spread };
    case 'newest':
      return single(time);
    case 'conversation': {
      const oldest = (i: number): number => (time[i] === NO_TIME ? NO_TIME : -(time[i] as number));
      return { ...byGroup(columns, columns.channel, columns.channelScores), second: oldest };
    }
    case 'author': {
      const surest = (i: number): number => (Number.isNaN(score[i]) ? -1 : (score[i] as number));
      return { ...byGroup(columns, columns.author, columns.authorScores), second: surest };
    }
    case 'audit':
      return single(negated(auditPlace, ids, room));
    case 'disagreement':
      return single(decidedAt);
    case 'not-read':
      return single(negated(reason, ids, room));
  }
}

function negated(column: Float32Array | Uint8Array, ids: Uint32Array, room: PageRoom): Float64Array {
  const keys = room.keys(column.length);
  for (const id of ids) keys[id] = -(column[id] as number);
  return keys;
}

/** A score to 24 bits and the number of a group of 28 are one key: together as many as a double has. */
const SCORE_STEPS = 2 ** 24;
const MOST_GROUPS = 2 ** 28;

/** Groups one after the other, the one with the highest score first: keys that are equal within a group alone. */
function byGroup({ score, length }: QueueColumns, group: Uint32Array, scores: GroupScores): Omit<Keys, 'second'> {
  const highest = scores.of(group, score, length);
  return {
    first: Float64Array.from(highest, (s, g) => Math.round(s * SCORE_STEPS) * MOST_GROUPS - g),
    through: group,
  };
}
