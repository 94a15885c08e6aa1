/**
 * The random sample on which all estimates rest. Every message has a number between 0 and 1 that follows from the workspace's
 * own key, once and for all (permanent random numbers: Ohlsson 1995); it is drawn where that number lies below the chance
 * with which messages like it are drawn. So it is drawn in the moment in which it is scored, a run that is stopped leaves
 * nothing out, and what is read again is not drawn a second time.
 */
import { hash } from 'node:crypto';
import { settingsOf } from '../review/settings.ts';
import { ASIDE, type AuditItem } from '../store/audit-items.ts';
import { queueScore, type ItemResult, type Run } from '../store/scores.ts';
import type { Store } from '../store/store.ts';

/** Scores fall into so many strata of equal width. */
export const STRATA = 10;

/** Of what a recall target sets aside so many are drawn, about: each of them costs a reading that was to be saved. */
const MOST_ASIDE = 500;

/** The chance of what is read; 0 where nobody wants a sample. @param every one in so many */
export const chanceOf = (every: number): number => (every === 0 ? 0 : 1 / every);

/** The chance of what is set aside. @param count how much that is */
export const chanceAside = (every: number, count: number): number =>
  Math.min(chanceOf(every), MOST_ASIDE / Math.max(count, 1));

export const stratumOf = (score: number): number => Math.min(STRATA - 1, Math.floor(score * STRATA));

export class AuditDraw {
  readonly #key: Buffer;

  /** @param key of the workspace */
  constructor(key: Uint8Array) {
    this.#key = Buffer.concat([key, Buffer.from('audit'), Buffer.alloc(8)]);
  }

  /** Whether an item is drawn with this chance; whoever is, is also with every higher one. */
  has(item: number, probability: number): boolean {
    return this.#numbers(item).draw < probability;
  }

  /** 0 … 1: its place in the order in which the sample is shown, which says nothing of anything else */
  place(item: number): number {
    return this.#numbers(item).place;
  }

  #numbers(item: number): { readonly draw: number; readonly place: number } {
    this.#key.writeDoubleLE(item, this.#key.length - 8);
    const digest = hash('sha256', this.#key, 'buffer');
    return { draw: digest.readUIntLE(0, 6) / 2 ** 48, place: digest.readUIntLE(6, 4) / 2 ** 32 };
  }
}

/**
 * The part of some scored messages that is drawn.
 * @param aside the chance of messages that a recall target set aside, and that are read for this alone; null: they were read
 *   for themselves
 */
export function drawnOf(
  draw: AuditDraw,
  scored: readonly { readonly item: number; readonly score: number }[],
  every: number,
  aside: number | null = null,
): readonly AuditItem[] {
  const probability = aside ?? chanceOf(every);
  return scored
    .filter(({ item }) => draw.has(item, probability))
    .map(({ item, score }) => ({
      item,
      stratum: aside === null ? stratumOf(score) : ASIDE,
      probability,
      place: draw.place(item),
    }));
}

/**
 * Draws from what was scored just now. What a model has learned from is none of the sample any more.
 * @param aside as of `drawnOf`
 */
export function keepDrawn(
  store: Store,
  { revision }: Run,
  results: readonly ItemResult[],
  aside: number | null,
  now: number,
): void {
  const scored = results.flatMap((result) =>
    result.status === 'scored' ? [{ item: result.item, score: queueScore(revision, result.probabilities) }] : [],
  );
  const draw = new AuditDraw(store.settings.workspaceKey(store.path));
  for (const one of drawnOf(draw, scored, settingsOf(store).auditEvery, aside))
    if (store.tombstones.trainedOn(one.item).length === 0) store.auditItems.add(one, now);
}

/**
 * Whether an item is in the audit sample, or will be once it is scored: nobody is shown its score before it is decided.
 * @param chance with which messages like it are drawn
 */
export function ofAudit(
  store: Store,
  chance: number = chanceOf(settingsOf(store).auditEvery),
): (item: number) => boolean {
  const draw = new AuditDraw(store.settings.workspaceKey(store.path));
  return (item) => draw.has(item, chance) || store.auditItems.has(item);
}
