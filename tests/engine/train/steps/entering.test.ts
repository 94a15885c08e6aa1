import assert from 'node:assert/strict';
import { readdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { StateStore, type WriteAt } from '../../../../engine/train/steps/entering.ts';
import { TrainingError } from '../../../../engine/train/errors.ts';

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
    const written: Uint8Array[] = [];
    const write: WriteAt = (handle, bytes, ...place) => {
      written.push(bytes.slice());
      return writeSync(handle, bytes, ...place);
    };
    const states = new StateStore(0, write);
    states.put(7, valuesOf(7));
    states.put(8, valuesOf(7));
    assert.equal(written.length, 2);
    for (const bytes of written) assert.ok(!Buffer.from(bytes).includes(plain.subarray(0, 16)));
    // The same twice does not look the same.
    assert.notDeepEqual(written[0], written[1]);
    // Where a file can lose its name while it is open, a killed process leaves nothing either.
    if (process.platform !== 'win32') assert.deepEqual(folders(), before);
    states[Symbol.dispose]();
    assert.deepEqual(folders(), before);
  });

  it('come back whole from a disk that takes a part at a time', () => {
    const write: WriteAt = (handle, bytes, offset, length, position) =>
      writeSync(handle, bytes, offset, Math.min(length, 7), position);
    using states = new StateStore(0, write);
    for (let number = 0; number < 5; number++) states.put(number, valuesOf(number));
    for (let number = 0; number < 5; number++) assert.deepEqual(states.get(number), valuesOf(number));
  });

  it('say what to do when the disk of the temporary folder is full, and leave nothing there', () => {
    const before = folders();
    let room = 300;
    const write: WriteAt = (handle, bytes, offset, length, position) => {
      if (room === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const part = Math.min(length, room);
      room -= part;
      return writeSync(handle, bytes, offset, part, position);
    };
    using states = new StateStore(0, write);
    states.put(0, valuesOf(0));
    assert.throws(
      () => states.put(1, valuesOf(1)),
      (error) =>
        error instanceof TrainingError &&
        /the disk of the temporary folder is full/.test(error.message) &&
        /TMPDIR.*--memory/.test(error.remedy),
    );
    assert.deepEqual(states.get(0), valuesOf(0));
    states[Symbol.dispose]();
    assert.deepEqual(folders(), before);
  });
});
