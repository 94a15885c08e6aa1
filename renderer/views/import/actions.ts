/** What keys do in Import. */
import type { Action } from '../../keys/action.ts';
import { imports } from '../../messages/import.ts';

const here = { where: 'import' } as const;

export const importActions: readonly Action[] = [
  { id: 'import.choose', ...here, title: imports.chooseFiles, key: 'O' },
  { id: 'import.start', ...here, title: imports.title, key: 'I' },
  { id: 'import.read', ...here, title: imports.readNow, key: 'R' },
  { id: 'import.next', ...here, title: imports.next, key: 'N' },
];
