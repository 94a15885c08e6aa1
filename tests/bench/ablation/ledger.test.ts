import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { keyOf, Ledger, LedgerError, NOT_MEASURED, type Result } from '../../../bench/ablation/ledger.ts';

const RESULT: Result = {
  ...NOT_MEASURED,
  settings: 'a program',
  probabilities: [0.25, 0.75],
  devMacroF1: [0.5],
  itemsPerSecond: 10,
  wallSeconds: 1,
};
const line = (key: string, result = RESULT) =>
  ({ kind: 'result', key, row: 'LoRA', seed: 0, sources: 'abc', result }) as const;

describe('the ledger of results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-ledger-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = (name: string): string => join(folder, name, 'results.jsonl');

  it('knows in its next life what it was given', () => {
    const first = new Ledger(file('again'));
    first.add({ kind: 'layout', key: 'l', layout: 'f32' });
    first.add(line('a'));
    const second = new Ledger(file('again'));
    assert.deepEqual(second.result('a')?.result, RESULT);
    assert.equal(second.layout('l'), 'f32');
    assert.equal(second.result('b'), null);
    assert.equal(second.result('l'), null);
  });

  it('takes out a last line that was cut off, and goes on behind it', () => {
    const ledger = new Ledger(file('cut'));
    ledger.add(line('a'));
    ledger.add(line('b'));
    const text = readFileSync(ledger.file, 'utf8');
    writeFileSync(ledger.file, text.slice(0, -30));
    const after = new Ledger(ledger.file);
    assert.notEqual(after.result('a'), null);
    assert.equal(after.result('b'), null);
    after.add(line('b'));
    assert.notEqual(new Ledger(ledger.file).result('b'), null);
  });

  it('takes the later of two results: a run was made again for what had not been kept', () => {
    const ledger = new Ledger(file('twice'));
    ledger.add(line('a'));
    ledger.add(line('a', { ...RESULT, gates: { lower: [0.5] } }));
    assert.deepEqual(new Ledger(ledger.file).result('a')?.result.gates, { lower: [0.5] });
  });

  it('says which line is none', () => {
    const ledger = new Ledger(file('damaged'));
    ledger.add(line('a'));
    appendFileSync(ledger.file, '{"kind":"result"}\n');
    ledger.add(line('b'));
    assert.throws(
      () => new Ledger(ledger.file),
      (error: unknown) => error instanceof LedgerError && /line 2 /.test(error.message),
    );
  });
});

describe('the key of a result', () => {
  it('hangs on every value, and not on the order of fields or on what is left out', () => {
    const what = { by: 'moderato', base: { depth: 8, layout: null }, options: [1, 2] };
    assert.equal(
      keyOf(what),
      keyOf({ options: [1, 2], base: { layout: null, depth: 8, x: undefined }, by: 'moderato' }),
    );
    for (const other of [
      { ...what, by: 'torch' },
      { ...what, options: [2, 1] },
      { ...what, base: { depth: 9, layout: null } },
    ])
      assert.notEqual(keyOf(what), keyOf(other));
  });
});
