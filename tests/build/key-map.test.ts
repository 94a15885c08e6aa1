import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { KEY_MAP, keyMap } from '../../build/key-map.ts';
import { ACTIONS } from '../../renderer/keys/actions.ts';
import { MENU_ITEMS } from '../../renderer/keys/menus.ts';

describe('the page of keys', () => {
  it('is what the window does', () => {
    assert.equal(readFileSync(KEY_MAP, 'utf8'), keyMap(), 'run `node build/key-map.ts`');
  });

  it('has a row for every action and every item of the menus that has a key', () => {
    for (const { title } of [...ACTIONS, ...MENU_ITEMS]) assert.ok(keyMap().includes(`| ${title()} |`), title());
  });
});
