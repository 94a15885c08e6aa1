/** In which order the queue is read: up to three keys of each item that passes, the highest first. */
import { statusCode } from '../review/status.ts';
import { AUDIT, DISAGREE, type QueueColumns } from './columns.ts';

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

/** The keys of some items. −Infinity as the first one: the item is not in this order at all. */
export interface Keys {
  readonly ids: Uint32Array;
  readonly first: Float64Array;
  readonly second: Float64Array | null;
  readonly third: Float64Array | null;
}

/**
 * What goes before every score: somebody said that it cannot wait, that it was decided wrongly, or it reads otherwise now.
 * What somebody put off goes behind all.
 */
const AHEAD = { escalated: 4, reopened: 3, changed: 2, skipped: -2 } as const;

/**
 * Bands of uncertainty: what lies in the same one is as uncertain as the other, and is mixed, so that what is decided next
 * is not the same once more. A text that was there before goes a band further back, each time it comes.
 */
const BANDS = 40;
const GOLDEN = 0x9e3779b1;

/** Room for keys that is used again, so that asking for a page takes no new memory. */
export class KeyRoom {
  #room = [new Float64Array(0), new Float64Array(0), new Float64Array(0)] as const;

  /** @param count how many numbers of each */
  take(count: number): readonly [Float64Array, Float64Array, Float64Array] {
    if (this.#room[0].length < count) {
      const size = count + (count >> 2);
      this.#room = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
    }
    return this.#room;
  }
}

/** @param threshold score at which the model changes its mind */
export function keysOf(
  columns: QueueColumns,
  ids: Uint32Array,
  order: Order,
  { threshold, room }: { readonly threshold: number; readonly room: KeyRoom },
): Keys {
  const [first, second, third] = room.take(ids.length);
  const single: Keys = { ids, first, second: null, third: null };
  switch (order) {
    case 'urgent':
      urgency(columns, ids, first);
      return single;
    case 'uncertain':
      for (let j = 0; j < ids.length; j++) {
        const i = ids[j] as number;
        const s = columns.score[i] as number;
        first[j] =
          s === s ? -(Math.floor(Math.abs(s - threshold) * BANDS) + (columns.repeats[i] as number)) : -Infinity;
        // Neighbours in time are alike: within a band they lie apart.
        second[j] = Math.imul(i, GOLDEN) >>> 0;
      }
      return { ids, first, second, third: null };
    case 'newest':
      for (let j = 0; j < ids.length; j++) {
        const t = columns.time[ids[j] as number] as number;
        first[j] = t === t ? t : -Number.MAX_VALUE;
      }
      return single;
    case 'conversation':
      byGroup(columns, columns.channel, ids, first, second);
      for (let j = 0; j < ids.length; j++) {
        const t = columns.time[ids[j] as number] as number;
        third[j] = t === t ? -t : -Number.MAX_VALUE;
      }
      return { ids, first, second, third };
    case 'author':
      byGroup(columns, columns.author, ids, first, second);
      for (let j = 0; j < ids.length; j++) {
        const s = columns.score[ids[j] as number] as number;
        third[j] = s === s ? s : -1;
      }
      return { ids, first, second, third };
    case 'audit':
      for (let j = 0; j < ids.length; j++) {
        const i = ids[j] as number;
        first[j] = ((columns.marks[i] as number) & AUDIT) === 0 ? -Infinity : -(columns.auditPlace[i] as number);
      }
      return single;
    case 'disagreement':
      for (let j = 0; j < ids.length; j++) {
        const i = ids[j] as number;
        first[j] = ((columns.marks[i] as number) & DISAGREE) === 0 ? -Infinity : (columns.decidedAt[i] as number);
      }
      return single;
    case 'not-read':
      for (let j = 0; j < ids.length; j++) {
        const reason = columns.reason[ids[j] as number] as number;
        first[j] = reason === 0 ? -Infinity : -reason;
      }
      return single;
  }
}

function urgency({ score, status }: QueueColumns, ids: Uint32Array, first: Float64Array): void {
  const ahead = new Float64Array(256);
  for (const [name, before] of Object.entries(AHEAD)) ahead[statusCode(name as keyof typeof AHEAD)] = before;
  for (let j = 0; j < ids.length; j++) {
    const i = ids[j] as number;
    const s = score[i] as number;
    const before = ahead[status[i] as number] as number;
    if (s === s) first[j] = before + s;
    else first[j] = before > 0 ? before : -Infinity;
  }
}

/** Groups one after the other, the one with the highest score first. */
function byGroup(
  { length, score, present }: QueueColumns,
  group: Uint32Array,
  ids: Uint32Array,
  first: Float64Array,
  second: Float64Array,
): void {
  let highest = new Float32Array(1024).fill(-1);
  for (let i = 0; i < length; i++) {
    const g = group[i] as number;
    if (g >= highest.length) {
      const larger = new Float32Array(2 * g).fill(-1);
      larger.set(highest);
      highest = larger;
    }
    const s = score[i] as number;
    if (s > (highest[g] as number) && present[i] === 1) highest[g] = s;
  }
  for (let j = 0; j < ids.length; j++) {
    const g = group[ids[j] as number] as number;
    first[j] = highest[g] as number;
    second[j] = -g;
  }
}
