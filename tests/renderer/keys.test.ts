import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIONS } from '../../renderer/keys/actions.ts';
import { MENU_KEYS } from '../../desk/contract/menus.ts';
import { localeFrom } from '../../renderer/i18n/locale.ts';
import { type Press, shownKey, wordOf } from '../../renderer/keys/press.ts';
import './runes.ts';

const { Keys } = await import('../../renderer/keys/keys.svelte.ts');

const pressed = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  code: '',
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
});

/** As far as the registry looks at elements. */
class FakeElement {
  readonly #is: readonly string[];
  constructor(...is: readonly string[]) {
    this.#is = is;
  }
  closest(selector: string): FakeElement | null {
    return this.#is.some((one) => selector.split(/,\s*/).includes(one)) ? this : null;
  }
}
Object.assign(globalThis, { Element: FakeElement });

function counting() {
  const keys = new Keys(false);
  const done: string[] = [];
  const press = (key: string, more: Partial<Press> & { repeat?: boolean; on?: FakeElement } = {}): boolean => {
    const { repeat = false, on, ...rest } = more;
    const before = done.length;
    keys.press({
      ...pressed(key, rest),
      repeat,
      defaultPrevented: false,
      target: (on ?? null) as EventTarget | null,
      preventDefault: () => {},
    });
    return done.length > before;
  };
  const bind = (...ids: readonly string[]) => keys.bind(Object.fromEntries(ids.map((id) => [id, () => done.push(id)])));
  return { keys, done, press, bind };
}

describe('a key', () => {
  it('is the sign that the layout makes of it, and a Latin letter where that is of another alphabet', () => {
    assert.equal(wordOf(pressed('j'), false), 'J');
    assert.equal(wordOf(pressed('?', { shiftKey: true, code: 'Minus' }), false), '?');
    assert.equal(wordOf(pressed('о', { code: 'KeyJ' }), false), 'J');
    assert.equal(wordOf(pressed('ö', { code: 'Semicolon' }), false), 'Ö');
    assert.equal(wordOf(pressed('ArrowDown', { shiftKey: true }), false), 'Shift+ArrowDown');
    assert.equal(wordOf(pressed('Z', { ctrlKey: true, shiftKey: true }), false), 'Mod+Shift+Z');
    assert.equal(wordOf(pressed('k', { metaKey: true }), true), 'Mod+K');
    for (const none of [{ altKey: true }, { altKey: true, ctrlKey: true }, { isComposing: true }, { metaKey: true }])
      assert.equal(wordOf(pressed('q', none), false), null);
  });

  it('is written as it stands on the keyboard of whoever reads it', () => {
    const written = (isMac: boolean) =>
      ['Mod+Shift+Z', 'Shift+ArrowDown', 'Escape', 'PageDown', 'Mod++', '?'].map((word) => shownKey(word, isMac));
    assert.deepEqual(written(false), ['Ctrl Shift Z', 'Shift ↓', 'Esc', 'Page Down', 'Ctrl +', '?']);
    assert.deepEqual(written(true), ['⌘ ⇧ Z', '⇧ ↓', 'esc', 'Page Down', '⌘ +', '?']);
    localeFrom(() => 'de');
    assert.deepEqual(written(false), ['Strg Umschalt Z', 'Umschalt ↓', 'Esc', 'Bild ↓', 'Strg +', '?']);
    localeFrom(() => 'en');
  });
});

describe('keys', () => {
  it('do what they come with, or what somebody gave them', () => {
    const { keys, done, press, bind } = counting();
    bind('queue.skip', 'queue.next');
    assert.ok(press('s'));
    keys.own = { 'queue.skip': 'X', 'queue.next': '' };
    assert.ok(!press('s') && !press('j') && press('x'));
    assert.deepEqual(done, ['queue.skip', 'queue.skip']);
  });

  it('do nothing in fields, with Ctrl or Alt held, while a dialog is open, or once their view is gone', () => {
    const { keys, press, bind } = counting();
    const end = bind('queue.skip', 'window.palette');
    for (const on of ['textarea', 'select', '[role="menu"]', '[role="listbox"]:not([data-acts])'])
      assert.ok(!press('s', { on: new FakeElement(on) }), on);
    assert.ok(!press('s', { ctrlKey: true }) && !press('s', { altKey: true }) && !press('s', { metaKey: true }));
    // The one that is for it works there, too.
    assert.ok(press('k', { ctrlKey: true, on: new FakeElement('textarea') }));
    const resume = keys.pause();
    assert.ok(!press('s'));
    resume();
    assert.ok(press('s'));
    end();
    assert.ok(!press('s'));
  });

  it('that are held decide once, and go on moving', () => {
    const { press, bind } = counting();
    bind('queue.skip', 'queue.next');
    assert.ok(!press('s', { repeat: true }));
    assert.ok(press('j', { repeat: true }));
  });

  it('of labels are beside those of the list, and leave with it', () => {
    const { keys, press } = counting();
    let given = 0;
    const label = { id: 'label.3', where: 'queue', title: () => 'threat', key: '1', does: () => given++ } as const;
    const end = keys.offer([label]);
    press('1');
    assert.equal(given, 1);
    assert.equal(keys.key('label.3'), '1');
    end();
    press('1');
    assert.equal(given, 1);
    assert.equal(keys.key('label.3'), null);
  });

  it('of the window do what a view has them do, as long as it is there', () => {
    const { keys, done } = counting();
    const outer = keys.bind({ 'go.search': () => done.push('go') });
    const inner = keys.bind({ 'go.search': () => done.push('focus') });
    keys.do('go.search');
    inner();
    keys.do('go.search');
    outer();
    keys.do('go.search');
    assert.deepEqual(done, ['focus', 'go']);
  });

  it('that would do two things at once are found', () => {
    const keys = new Keys(false);
    const skip = ACTIONS.find(({ id }) => id === 'queue.skip');
    assert.ok(skip !== undefined);
    assert.deepEqual(
      keys.collisions(skip, 'N').map(({ id }) => id),
      ['queue.note'],
    );
    assert.deepEqual(
      keys.collisions(skip, '?').map(({ id }) => id),
      ['window.keys'],
    );
    assert.deepEqual(keys.collisions({ ...skip, where: 'teach' }, 'N'), []);
    for (const action of ACTIONS) {
      const key = keys.keyOf(action);
      assert.ok(key !== null, `${action.id} has no key`);
      assert.deepEqual(keys.collisions(action, key), [], action.id);
    }
  });

  it('that it comes with are none of the menus, but for what does the same there', () => {
    const ofMenus: readonly string[] = Object.values(MENU_KEYS);
    const shared = ACTIONS.filter(({ key }) => key !== null && ofMenus.includes(key));
    assert.deepEqual(
      shared.map(({ id, key }) => [id, key]),
      [
        ['go.settings', MENU_KEYS.settings],
        ['export.decisions', MENU_KEYS.export],
      ],
    );
  });
});
