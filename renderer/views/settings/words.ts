/** Labels and policies, and what is wrong with what somebody wrote of them. */
import type { z } from 'zod';
import type { Label, Policy } from '../../../desk/contract/shapes.ts';
import type { Action } from '../../keys/action.ts';

export type LabelNow = z.infer<typeof Label>;
export type PolicyNow = z.infer<typeof Policy>;

/** Who else has a label's key: another label, or an action of the queue; null where nobody has. */
export function takenBy(
  label: { readonly id: number | null; readonly key: string },
  labels: readonly LabelNow[],
  actions: readonly { readonly action: Action; readonly key: string | null }[],
): { readonly kind: 'label'; readonly name: string } | { readonly kind: 'action'; readonly action: Action } | null {
  const key = label.key.trim().toUpperCase();
  if (key === '') return null;
  const other = labels.find(({ id, retired, key: own }) => id !== label.id && !retired && own?.toUpperCase() === key);
  if (other !== undefined) return { kind: 'label', name: other.name };
  const found = actions.find((one) => {
    const { where, id } = one.action;
    return (where === null || where === 'queue') && !id.startsWith('label') && one.key?.toUpperCase() === key;
  });
  return found === undefined ? null : { kind: 'action', action: found.action };
}

/** The ids of `all`, with one of them a place further up or down. */
export function moved(all: readonly { readonly id: number }[], id: number, by: -1 | 1): number[] {
  const ids = all.map((one) => one.id);
  const from = ids.indexOf(id);
  const to = from + by;
  const other = ids[to];
  if (from < 0 || other === undefined) return ids;
  return ids.map((one, place) => (place === from ? other : place === to ? id : one));
}
