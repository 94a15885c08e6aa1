/** What keys do in the queue, and with what a search finds. The keys of labels are the community's own, beside these. */
import type { Action } from '../../keys/action.ts';
import { queue } from '../../messages/queue.ts';
import { review } from '../../messages/review.ts';

const here = { where: 'queue' } as const;

export const queueActions: readonly Action[] = [
  { id: 'queue.next', ...here, title: review.next, key: 'J', repeats: true },
  { id: 'queue.previous', ...here, title: review.previous, key: 'K', repeats: true },
  { id: 'queue.nothing', ...here, title: review.nothing, key: '0' },
  { id: 'queue.skip', ...here, title: review.skip, key: 'S' },
  { id: 'queue.undo', ...here, title: review.undo, key: 'Mod+Z' },
  { id: 'queue.redo', ...here, title: review.redo, key: 'Mod+Shift+Z' },
  { id: 'queue.ground', ...here, title: review.ground, key: 'D' },
  { id: 'queue.note', ...here, title: review.note, key: 'N' },
  { id: 'queue.mark', ...here, title: review.mark, key: 'M' },
  { id: 'queue.escalate', ...here, title: review.escalate, key: 'E' },
  { id: 'queue.reopen', ...here, title: review.reopen, key: 'O' },
  { id: 'queue.unmask', ...here, title: review.unmask, key: 'V' },
  { id: 'queue.picture', ...here, title: review.pictureKey, key: 'I' },
  { id: 'queue.around', ...here, title: review.around, key: 'C' },
  { id: 'queue.why', ...here, title: review.why, key: 'W' },
  { id: 'queue.like', ...here, title: review.like, key: 'A' },
  { id: 'queue.author', ...here, title: review.byAuthor, key: 'U' },
  { id: 'queue.choose', ...here, title: review.choose, key: 'X' },
  { id: 'queue.choose-down', ...here, title: review.chooseDown, key: 'Shift+ArrowDown', repeats: true },
  { id: 'queue.choose-up', ...here, title: review.chooseUp, key: 'Shift+ArrowUp', repeats: true },
  { id: 'queue.clear', ...here, title: review.chooseNone, key: 'Escape' },
  { id: 'queue.filter', ...here, title: queue.filterTitle, key: 'F' },
  { id: 'queue.refresh', ...here, title: queue.refresh, key: 'R' },
];
