/** How urgent an item is, and how uncertain the model is of it: the numbers that two orders go by. */
import { STATUSES, type Status } from '../review/status.ts';

/**
 * What goes before every score: somebody said that it cannot wait, that it was decided wrongly, or it reads otherwise now.
 * What somebody put off goes behind all.
 */
const AHEAD: Readonly<Partial<Record<Status, number>>> = { escalated: 4, reopened: 3, changed: 2, skipped: -2 };
const AHEAD_BY_CODE = Float64Array.from(STATUSES, (status) => AHEAD[status] ?? 0);

/**
 * Bands of uncertainty: what lies in the same one is as uncertain as the other, and is mixed, so that what is decided next
 * is not the same once more. A text that was there before goes a band further back, each time it comes.
 */
const BANDS = 40;

/** −∞ where it is not in the order: it was not read, and nobody asks for it. @param score NaN for none */
export function urgencyOf(score: number, status: number): number {
  const before = AHEAD_BY_CODE[status] ?? 0;
  if (!Number.isNaN(score)) return before + score;
  return before > 0 ? before : -Infinity;
}

/** −∞ where there is no score. @param threshold score at which the model changes its mind */
export function uncertaintyOf(score: number, threshold: number, repeats: number): number {
  return Number.isNaN(score) ? -Infinity : -(Math.floor(Math.abs(score - threshold) * BANDS) + repeats);
}
