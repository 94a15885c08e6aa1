import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MENU_KEYS } from '../../desk/contract/menus.ts';
import { ownBackends } from '../../desk/models/own-backends.ts';
import { DEFAULTS, changePreferences, readPreferences } from '../../desk/preferences.ts';
import { Folder } from './store/fixtures.ts';

describe('preferences', () => {
  it('are the defaults until something is set, and what is set stays, the rest untouched', () => {
    using folder = new Folder();
    const file = folder.file('settings/preferences.json');
    assert.deepEqual(readPreferences(file), DEFAULTS);
    changePreferences(file, { masked: false, keys: { 'queue.skip': 'X' } });
    changePreferences(file, { language: 'de', masked: undefined });
    assert.deepEqual(readPreferences(file), {
      ...DEFAULTS,
      masked: false,
      keys: { 'queue.skip': 'X' },
      language: 'de',
    });
    assert.ok(!existsSync(`${file}.new`));
  });

  it('lose no more than the value that cannot be understood', () => {
    using folder = new Folder();
    const file = folder.file('preferences.json');
    writeFileSync(file, JSON.stringify({ theme: 'dark', breakEvery: -5, keys: [], colour: 'red' }));
    assert.deepEqual(readPreferences(file), { ...DEFAULTS, theme: 'dark' });
    for (const broken of ['', '[1]', '{"theme":']) {
      writeFileSync(file, broken);
      assert.deepEqual(readPreferences(file), DEFAULTS);
    }
  });

  it('say where models are computed, to a desk that runs already as well', () => {
    using folder = new Folder();
    const file = folder.file('preferences.json');
    const { onlyCpu } = ownBackends({ preferencesFile: file, refusedBackendsFile: folder.file('refused.json') });
    assert.equal(onlyCpu(), false);
    changePreferences(file, { backend: 'cpu' });
    assert.equal(onlyCpu(), true);
    changePreferences(file, { backend: 'auto' });
    assert.equal(onlyCpu(), false);
  });

  it('give no action a key of the menus, and let one that has it be changed beside others', () => {
    using folder = new Folder();
    const file = folder.file('preferences.json');
    for (const key of Object.values(MENU_KEYS))
      assert.throws(() => changePreferences(file, { keys: { 'queue.skip': key } }), /belongs to the menus/, key);
    assert.deepEqual(readPreferences(file), DEFAULTS);
    // From before the menus had it.
    writeFileSync(file, JSON.stringify({ keys: { 'queue.skip': 'Mod+O' } }));
    const keys = { 'queue.skip': 'Mod+O', 'queue.next': 'X' };
    assert.deepEqual(changePreferences(file, { keys }).keys, keys);
    assert.throws(() => changePreferences(file, { keys: { 'queue.next': 'Mod+O' } }), /belongs to the menus/);
  });
});
