/** What keys do in the queue. The keys of labels are the community's own, and are bound beside these. */
import type { Action } from '../../keys/action.ts';
import { queue } from '../../messages/queue.ts';

const here = { where: 'queue' } as const;

export const queueActions: readonly Action[] = [
  { id: 'queue.next', ...here, title: queue.next, key: 'J', repeats: true },
  { id: 'queue.previous', ...here, title: queue.previous, key: 'K', repeats: true },
  { id: 'queue.skip', ...here, title: queue.skip, key: 'S' },
  { id: 'queue.note', ...here, title: queue.note, key: 'N' },
  { id: 'queue.unmask', ...here, title: queue.unmask, key: 'V' },
  { id: 'queue.escalate', ...here, title: queue.escalate, key: 'E' },
  { id: 'queue.undo', ...here, title: queue.undo, key: 'Mod+Z' },
  { id: 'queue.redo', ...here, title: queue.redo, key: 'Mod+Shift+Z' },
];
