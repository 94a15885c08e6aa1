/** What the desktop's menus ask of a window, and their keys. Names alone, without a schema, so that a page can take them. */

/** What a menu asks the window to do; every one of them can be done in the window as well. */
export const COMMANDS = [
  'new',
  'open',
  'close',
  'copy',
  'import',
  'export',
  'lock',
  'settings',
  'undo',
  'redo',
  'search',
  'palette',
  'keys',
] as const;
export type Command = (typeof COMMANDS)[number];

/**
 * Keys of the menus, as the window writes keys. They are fixed: a menu has them before there is a window, and no action of the
 * window is given one of them. What has a key of the window's own, which can be changed, has none here.
 */
export const MENU_KEYS = {
  new: 'Mod+N',
  open: 'Mod+O',
  import: 'Mod+I',
  export: 'Mod+E',
  search: 'Mod+F',
  settings: 'Mod+,',
  newWindow: 'Mod+Shift+N',
} as const satisfies Readonly<Partial<Record<Command | 'newWindow', string>>>;
