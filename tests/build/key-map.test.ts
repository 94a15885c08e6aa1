import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { KEY_MAP, keyMap } from '../../build/key-map.ts';
import { ACTIONS } from '../../renderer/keys/actions.ts';

describe('the page of keys', () => {
  it('is what the window does', () => {
    assert.equal(readFileSync(KEY_MAP, 'utf8'), keyMap(), 'run `node build/key-map.ts`');
  });

  it('has a row for every action', () => {
    for (const { title } of ACTIONS) assert.ok(keyMap().includes(`| ${title()} |`), title());
  });
});
