/** Writes docs/keys.md: every key of the window, out of renderer/keys. `node build/key-map.ts` */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Action } from '../renderer/keys/action.ts';
import { ACTIONS } from '../renderer/keys/actions.ts';
import { MENU_ITEMS } from '../renderer/keys/menus.ts';
import { shownKey } from '../renderer/keys/press.ts';
import { frame } from '../renderer/messages/frame.ts';

export const KEY_MAP = new URL('../docs/keys.md', import.meta.url);

const HEAD = `# Keys

Everything can be done by keyboard. A key does nothing while somebody writes in a field or while a dialog is open, nor with Alt held;
a key that is held decides once. All of them but those of the menus can be changed in *Settings › Keys*, which says what else has a key
already; \`?\` shows them in the window. On a Mac, \`Ctrl\` is \`⌘\`.

In the queue and in a search each label has its own key: the one that the community gave it, else its place, \`1\` to \`9\`.
In lists \`↑\`, \`↓\`, \`Page Up\`, \`Page Down\`, \`Home\` and \`End\` move; \`Tab\` goes on to what can be pressed, and everywhere the focus is seen.
A list to choose from opens at any of them, or at a letter; \`Enter\` takes what it is on, \`Esc\` leaves all as it was.

This page is made by \`node build/key-map.ts\`.
`;

const MENUS = [
  'The desktop program has menus, with keys of their own that the system hands to them, also while somebody writes. They are fixed,',
  'and no action is given one of them. Beside them there are those that every program has: copy and paste, larger and smaller.',
  '',
] as const;

/** The whole page. */
export function keyMap(): string {
  const groups = Map.groupBy(ACTIONS, ({ where }) => where);
  const titleOf = (where: Action['where']): string => (where === null ? frame.keyMapWhere() : frame[where]());
  return [
    HEAD,
    ...[...groups].map(([where, actions]) => table(titleOf(where), actions)),
    table(frame.menus(), MENU_ITEMS, MENUS),
  ].join('\n');
}

function table(title: string, keys: readonly Pick<Action, 'title' | 'key'>[], before: readonly string[] = []): string {
  const rows = keys.map(
    ({ title: does, key }) => `| ${does()} | ${key === null ? '–' : `\`${shownKey(key, false)}\``} |`,
  );
  return [`## ${title}`, '', ...before, '| does | key |', '|---|---|', ...rows, ''].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(KEY_MAP, keyMap());
