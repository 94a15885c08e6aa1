/** Texts that are read in two spellings, as they stand and with what hides a word undone; the higher score counts. */
import type { Scored } from '../engine/session.ts';
import type { Revision } from '../store/revisions.ts';
import { queueScore } from '../store/scores.ts';
import { normalised } from './normaliser.ts';

/** Those of some texts that have another spelling, by their place. */
export function respelledAmong(
  items: readonly { readonly text: string }[],
): readonly (readonly [place: number, text: string])[] {
  return items.flatMap(({ text }, place) => {
    const other = normalised(text);
    return other === text ? [] : [[place, other] as const];
  });
}

/**
 * @param all results of `count` texts as they stand, and behind them those of the texts in `places` in their other spelling
 * @returns one for each text; what was not read as it stands stays so
 */
export function higherOf(
  revision: Revision,
  all: readonly Scored[],
  count: number,
  places: readonly number[],
): readonly Scored[] {
  const chosen = all.slice(0, count);
  places.forEach((place, i) => {
    const [plain, other] = [chosen[place], all[count + i]];
    if (plain?.status !== 'scored' || other?.status !== 'scored') return;
    if (queueScore(revision, other.probabilities) > queueScore(revision, plain.probabilities)) chosen[place] = other;
  });
  return chosen;
}
