/** What somebody likes on this computer: one small JSON file in the settings folder. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { MENU_KEYS } from './contract/menus.ts';
import { type Computer, Preferences, type PreferencesChange } from './contract/preferences.ts';
import { DeskError } from './errors.ts';

export const DEFAULTS: Preferences = {
  language: 'system',
  theme: 'system',
  masked: true,
  tinted: true,
  blurred: true,
  greyscale: true,
  breakEvery: 25,
  sessionCap: 0,
  hiddenTopics: [],
  lockOnSuspend: true,
  backend: 'auto',
  keys: {},
  reviewer: '',
  recent: [],
};

/** A file that is missing or cannot be understood holds nothing; one value that cannot, is the default. */
export function readPreferences(file: string): Preferences {
  let held: unknown;
  try {
    held = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return DEFAULTS;
  }
  const record = z.record(z.string(), z.unknown()).safeParse(held).data ?? {};
  const kept = Object.entries(Preferences.shape).flatMap(([name, shape]) => {
    const value = shape.safeParse(record[name]);
    return value.success ? [[name, value.data] as const] : [];
  });
  return { ...DEFAULTS, ...Object.fromEntries(kept) };
}

/** Changes some of it. @throws DeskError conflict, disk-full, not-allowed */
export function changePreferences(file: string, change: PreferencesChange): Preferences {
  const before = readPreferences(file);
  refuseMenuKeys(change.keys ?? {}, before.keys);
  const said = Object.entries(change).filter(([, value]) => value !== undefined);
  const preferences: Preferences = { ...before, ...Object.fromEntries(said) };
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(preferences, null, 2));
    renameSync(`${file}.new`, file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DeskError(
      code === 'ENOSPC' ? 'disk-full' : 'not-allowed',
      `What was set could not be kept: ${message}.`,
      'Make room on the disk, or see who may write there.',
    );
  }
  return preferences;
}

/** @param before keys that were there already stay, so that others can be changed beside them */
function refuseMenuKeys(keys: Preferences['keys'], before: Preferences['keys']): void {
  const ofMenus: ReadonlySet<string> = new Set(Object.values(MENU_KEYS));
  const refused = Object.entries(keys).some(([action, key]) => ofMenus.has(key) && before[action] !== key);
  if (refused) throw new DeskError('conflict', 'This key belongs to the menus of the program.', 'Choose another key.');
}

export function thisComputer(): z.infer<typeof Computer> {
  const documents = join(homedir(), 'Documents');
  return { person: userInfo().username, folder: existsSync(documents) ? documents : homedir() };
}
