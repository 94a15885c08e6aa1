import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
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
});
