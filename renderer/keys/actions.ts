/** Every action that a key can do, with the key that it comes with. A view adds its own list here. */
import { exportActions } from '../exports/actions.ts';
import { frame } from '../messages/frame.ts';
import { importActions } from '../views/import/actions.ts';
import { queueActions } from '../views/queue/actions.ts';
import { teachActions } from '../views/teach/actions.ts';
import type { Action } from './action.ts';

export const ACTIONS: readonly Action[] = [
  { id: 'window.palette', where: null, title: frame.palette, key: 'Mod+K', whileWriting: true },
  { id: 'window.keys', where: null, title: frame.keyMap, key: '?' },
  { id: 'window.lock', where: null, title: frame.lockNow, key: 'Mod+Shift+L', whileWriting: true },
  { id: 'go.queue', where: null, title: frame.goQueue, key: 'Mod+1' },
  { id: 'go.search', where: null, title: frame.goSearch, key: '/' },
  { id: 'go.teach', where: null, title: frame.goTeach, key: 'Mod+3' },
  { id: 'go.insights', where: null, title: frame.goInsights, key: 'Mod+4' },
  { id: 'go.import', where: null, title: frame.goImport, key: 'Mod+5' },
  { id: 'go.settings', where: null, title: frame.goSettings, key: 'Mod+,' },
  ...exportActions,
  ...queueActions,
  ...teachActions,
  ...importActions,
];
