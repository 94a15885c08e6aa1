import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../../renderer/keys/action.ts';
import { labelsWith, pressed, rebound } from '../../renderer/views/settings/rebinding.ts';
import { type LabelNow, moved, takenBy } from '../../renderer/views/settings/words.ts';

const action = (id: string, where: Action['where'], key: string | null): Action => ({
  id,
  where,
  key,
  title: () => id,
});
const label = (id: number, name: string, key: string | null, retired = false): LabelNow => ({
  ...{ id, name, key, retired },
  ...{ policy: null, guidance: '', severity: 0 },
});

describe('a key that is pressed for an action', () => {
  it('is taken, leaves things as they are, takes the key away, or belongs to the system', () => {
    assert.deepEqual(pressed('Mod+J'), { kind: 'key', key: 'Mod+J' });
    assert.deepEqual(pressed('Escape'), { kind: 'keep' });
    assert.deepEqual(pressed('Backspace'), { kind: 'none' });
    for (const key of ['Tab', 'Enter', 'Mod+C', 'Mod+W']) assert.equal(pressed(key).kind, 'reserved', key);
  });

  it('is taken from whoever had it, and what an action comes with need not be kept', () => {
    const [skip, note] = [action('queue.skip', 'queue', 'S'), action('queue.note', 'queue', 'N')];
    assert.deepEqual(rebound({}, skip, 'N', [note]), { 'queue.skip': 'N', 'queue.note': '' });
    assert.deepEqual(rebound({ 'queue.skip': 'N', 'queue.note': '' }, skip, 'S', []), { 'queue.note': '' });
    assert.deepEqual(rebound({}, skip, '', []), { 'queue.skip': '' });
    assert.deepEqual(rebound({ x: 'Y' }, action('a', null, null), '', []), { x: 'Y' });
  });

  it('collides with labels where it works in the queue, and only there', () => {
    const labels = [label(1, 'fine', '1'), label(2, 'old', '2', true), label(3, 'rude', 'r')];
    assert.deepEqual(
      labelsWith(labels, action('queue.skip', 'queue', 'S'), 'R').map(({ name }) => name),
      ['rude'],
    );
    assert.equal(labelsWith(labels, action('teach.keep', 'teach', 'K'), 'R').length, 0);
    assert.equal(labelsWith(labels, action('go.queue', null, null), '2').length, 0);
  });
});

describe('labels', () => {
  const actions = [
    { action: action('queue.skip', 'queue', 'S'), key: 'S' },
    { action: action('teach.keep', 'teach', 'K'), key: 'K' },
  ];

  it('share their key neither with another label nor with what works in the queue', () => {
    const labels = [label(1, 'fine', 'f'), label(2, 'old', 'o', true)];
    assert.deepEqual(takenBy({ id: null, key: 'F' }, labels, actions), { kind: 'label', name: 'fine' });
    assert.equal(takenBy({ id: 1, key: 'f' }, labels, actions), null);
    assert.equal(takenBy({ id: null, key: 'o' }, labels, actions), null);
    assert.equal(takenBy({ id: null, key: 's' }, labels, actions)?.kind, 'action');
    assert.equal(takenBy({ id: null, key: 'k' }, labels, actions), null);
    assert.equal(takenBy({ id: null, key: ' ' }, labels, actions), null);
  });

  it('move one place, and not beyond the ends', () => {
    const all = [{ id: 5 }, { id: 7 }, { id: 9 }];
    assert.deepEqual(moved(all, 7, -1), [7, 5, 9]);
    assert.deepEqual(moved(all, 7, 1), [5, 9, 7]);
    assert.deepEqual(moved(all, 5, -1), [5, 7, 9]);
    assert.deepEqual(moved(all, 9, 1), [5, 7, 9]);
  });
});
