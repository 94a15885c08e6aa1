import { messages } from '../i18n/messages.ts';

/** As they stand on the keyboards that people have before them; on a Mac they are signs. */
export const keyNames = messages({
  en: {
    control: 'Ctrl',
    shift: 'Shift',
    escape: 'Esc',
    delete: 'Del',
    insert: 'Ins',
    space: 'Space',
    home: 'Home',
    end: 'End',
    pageUp: 'Page Up',
    pageDown: 'Page Down',
  },
  de: {
    control: 'Strg',
    shift: 'Umschalt',
    escape: 'Esc',
    delete: 'Entf',
    insert: 'Einfg',
    space: 'Leertaste',
    home: 'Pos1',
    end: 'Ende',
    pageUp: 'Bild ↑',
    pageDown: 'Bild ↓',
  },
});
