/** The keys of the desktop's menus. They are fixed: no action is given one of them (desk/preferences.ts). */
import { MENU_KEYS } from '../../desk/contract/menus.ts';
import { exports } from '../messages/exports.ts';
import { frame } from '../messages/frame.ts';

const TITLES: Readonly<Record<keyof typeof MENU_KEYS, () => string>> = {
  new: frame.menuNew,
  open: frame.menuOpen,
  import: frame.goImport,
  export: exports.decisions,
  search: frame.goSearch,
  settings: frame.goSettings,
  newWindow: frame.menuNewWindow,
};

export interface MenuItem {
  readonly title: () => string;
  /** as `wordOf` writes it */
  readonly key: string;
}

export const MENU_ITEMS: readonly MenuItem[] = (Object.keys(TITLES) as (keyof typeof MENU_KEYS)[]).map((item) => ({
  title: TITLES[item],
  key: MENU_KEYS[item],
}));
