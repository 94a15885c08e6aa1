import { keyNames } from '../messages/key-names.ts';

/**
 * What was pressed, as one word: `J`, `1`, `?`, `ArrowDown`, `Mod+K`. `Mod` is Ctrl, on a Mac Cmd. A sign is what the layout
 * makes of the key, so that `?` is `?` on every keyboard; where that is a letter of another alphabet, the key that has the
 * Latin letter in its place.
 */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
}

const SILENT = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Dead', 'Unidentified', 'Process']);

/** Null where it is no key for an action: a modifier alone, part of a word being composed, or with Alt held. */
export function wordOf(press: Press, isMac: boolean): string | null {
  const { key, ctrlKey, altKey, metaKey, shiftKey, isComposing } = press;
  if (isComposing || SILENT.has(key) || altKey) return null;
  const mod = isMac ? metaKey : ctrlKey;
  if (isMac ? ctrlKey : metaKey) return null;
  const sign = signOf(press);
  // Shift is part of a sign that it makes (`?`), and said where the key is the same with it.
  const shift = shiftKey && (sign.length > 1 || (mod && /^[A-Z]$/.test(sign)));
  return `${mod ? 'Mod+' : ''}${shift ? 'Shift+' : ''}${sign}`;
}

function signOf({ key, code }: Press): string {
  if (key === ' ') return 'Space';
  if (key.length > 1) return key;
  const latin = /^Key([A-Z])$/.exec(code)?.[1];
  if (latin !== undefined && /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key)) return latin;
  return key.toUpperCase();
}

/** How a key is written for people: `Ctrl K`, in German `Strg K`, on a Mac `⌘ K`. */
export const shownKey = (word: string, isMac: boolean): string =>
  word
    .split(/\+(?=.)/)
    .map((part) => (isMac ? MAC[part] : undefined) ?? NAMES[part]?.() ?? part)
    .join(' ');

const MAC: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Escape: 'esc', Delete: '⌦' };

const NAMES: Readonly<Record<string, () => string>> = {
  Mod: keyNames.control,
  Shift: keyNames.shift,
  Escape: keyNames.escape,
  Delete: keyNames.delete,
  Insert: keyNames.insert,
  Space: keyNames.space,
  Home: keyNames.home,
  End: keyNames.end,
  PageUp: keyNames.pageUp,
  PageDown: keyNames.pageDown,
  ArrowDown: () => '↓',
  ArrowUp: () => '↑',
  ArrowLeft: () => '←',
  ArrowRight: () => '→',
};
