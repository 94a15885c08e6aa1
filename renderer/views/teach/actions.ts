/** What keys do in Teach. */
import type { Action } from '../../keys/action.ts';
import { teach } from '../../messages/teach.ts';

const here = { where: 'teach' } as const;

export const teachActions: readonly Action[] = [
  { id: 'teach.retrain', ...here, title: teach.retrain, key: 'T' },
  { id: 'teach.options', ...here, title: teach.options, key: 'O' },
  { id: 'teach.unsure', ...here, title: teach.toUnsure, key: 'U' },
  { id: 'teach.promote', ...here, title: teach.promote, key: 'P' },
  { id: 'teach.keep', ...here, title: () => teach.keep({ model: '…' }), key: 'K' },
];
