import { DeskError } from '../errors.ts';
import type { Item } from '../store/items.ts';
import type { Store } from '../store/store.ts';

/** The message of this number. @throws DeskError not-found, also for one that was erased */
export function standing(store: Store, id: number): Item {
  const item = store.items.get(id);
  if (item === undefined || item.erased) throw gone(id);
  return item;
}

export const gone = (id: number): DeskError =>
  new DeskError('not-found', `There is no message number ${id}, or it was erased.`, 'Go on with the next one.');
