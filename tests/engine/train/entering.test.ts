import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { StateStore } from '../../../engine/train/entering.ts';

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('moderato-states-'));
const valuesOf = (number: number, length = 50) => Float32Array.from({ length }, (_, i) => number + i / 64);

describe('states of texts', () => {
  it('come back as they were, from memory and from the disk', () => {
    using states = new StateStore(1000);
    for (let number = 0; number < 20; number++) states.put(number, valuesOf(number, 30 + number));
    assert.ok(states.spilled > 0);
    for (let number = 19; number >= 0; number--) assert.deepEqual(states.get(number), valuesOf(number, 30 + number));
    assert.throws(() => states.get(20), RangeError);
  });

  it('lie on the disk so that nobody can read them, and are gone with their owner', () => {
    const before = folders();
    const plain = Buffer.from(new Uint8Array(valuesOf(7).buffer));
    const states = new StateStore(0);
    states.put(7, valuesOf(7));
    states.put(8, valuesOf(7));
    const [folder = ''] = folders().filter((name) => !before.includes(name));
    const file = join(tmpdir(), folder, 'states');
    const bytes = readFileSync(file);
    assert.ok(!bytes.includes(plain.subarray(0, 16)));
    // The same twice does not look the same.
    assert.notDeepEqual(bytes.subarray(0, plain.length), bytes.subarray(-plain.length));
    states[Symbol.dispose]();
    assert.ok(!existsSync(file));
  });
});
