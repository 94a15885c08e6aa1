/** Giving an action another key: what a press means, and who else has that key. */
import type { Action } from '../../keys/action.ts';

/** What belongs to the system, to moving about, or to writing. */
const RESERVED = new Set([
  ...['Tab', 'Shift+Tab', 'Enter', 'Space', 'Escape', 'Backspace', 'Delete'],
  ...['C', 'V', 'X', 'A', 'R', 'W', 'Q', 'T', 'N', 'P', 'S', '+', '-', '0'].map((key) => `Mod+${key}`),
]);

export type Pressed =
  | { readonly kind: 'keep' }
  | { readonly kind: 'none' }
  | { readonly kind: 'reserved'; readonly key: string }
  | { readonly kind: 'key'; readonly key: string };

/** @param word as `wordOf` gives it */
export function pressed(word: string): Pressed {
  if (word === 'Escape') return { kind: 'keep' };
  if (word === 'Backspace' || word === 'Delete') return { kind: 'none' };
  return { kind: RESERVED.has(word) ? 'reserved' : 'key', key: word };
}

export interface LabelKey {
  readonly name: string;
  readonly key: string | null;
  readonly retired: boolean;
}

/** Labels whose key would also be that of an action which can be done in the queue. */
export const labelsWith = (labels: readonly LabelKey[], { where }: Pick<Action, 'where'>, key: string) =>
  where === null || where === 'queue'
    ? labels.filter((label) => !label.retired && label.key?.toUpperCase() === key.toUpperCase())
    : [];

/** The keys that somebody has of their own once `action` has `key`, taken from whoever had it. */
export function rebound(
  own: Readonly<Record<string, string>>,
  action: Action,
  key: string,
  takenFrom: readonly Action[],
): Readonly<Record<string, string>> {
  const next = { ...own, ...Object.fromEntries(takenFrom.map(({ id }) => [id, ''])) };
  // What an action comes with need not be said.
  if (key === (action.key ?? '')) delete next[action.id];
  else next[action.id] = key;
  return next;
}
