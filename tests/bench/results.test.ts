import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { heldAgainst } from '../../bench/bars.ts';
import { NAMES } from '../../bench/measured.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'moderato-results-'));
after(() => rmSync(folder, { recursive: true }));

const figure = (name: string, value: number | null, more = {}) => ({
  name,
  value,
  unit: 'a unit',
  peer: null,
  peer_value: null,
  ratio: null,
  ...more,
});

const made = {
  command: 'npm run bench -- retrain --json',
  at: '2026-01-02T03:04:05.000Z',
  machine: 'a machine',
  seconds: 61,
};

/** Rebuilds the page from these files. */
function results(files: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const from = mkdtempSync(path.join(folder, 'from-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(from, name), content);
  const out = path.join(from, 'results.md');
  const script = path.join(import.meta.dirname, '../../bench/results.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, '--from', from, '--out', out, ...args], {
    encoding: 'utf8',
  });
  return { status, stderr, page: existsSync(out) ? readFileSync(out, 'utf8') : null };
}

describe('the page of results', () => {
  it('has every figure that was measured, with its bar, and says what was not run', () => {
    const retrain = JSON.stringify({
      figures: [
        figure('retrain.honest.recommended', 7, { unit: 'of 10 | seeds' }),
        figure('retrain.shuffled.recommended', 1),
        figure('retrain.honest.auroc', null, { peer: 'the <b>model</b> before', peer_value: 0.5 }),
      ],
      made,
    });
    const { status, page, stderr } = results({ 'retrain.json': retrain });
    assert.equal(status, 0, stderr);
    assert.match(page ?? '', /`retrain.honest.recommended` \| 7 \| of 10 \\\| seeds \|.*≥ 8 \| \*\*missed\*\* \|/);
    assert.match(page ?? '', /`retrain.shuffled.recommended` \| 1 \|.*≤ 1 \| holds \|/);
    assert.match(page ?? '', /`retrain.honest.auroc` \| – \| a unit \| the &lt;b>model/);
    assert.match(page ?? '', /`npm run bench -- retrain --json`, 2026-01-02, 61 s; a machine/);
    assert.match(page ?? '', /2 figures have a bar; 1 of them miss/);
    assert.equal(page?.match(/^Not run\.$/gm)?.length, NAMES.length - 1);
    assert.doesNotMatch(page ?? '', /NaN|undefined|null/);
  });

  it('says of an older file that nobody knows where it was made', () => {
    const { page } = results({
      'train.json': JSON.stringify({ figures: [figure('train.minilm', 5, { ratio: 1.3 })] }),
    });
    assert.match(page ?? '', /not known/);
    assert.match(page ?? '', /≥ 1.2× \| holds/);
  });

  it('writes nothing where a file is none of a bench, and names it', () => {
    for (const content of ['{"figures":[{"name":1}]}', '{"figures":', '']) {
      const { status, page, stderr } = results({ 'score.json': content });
      assert.deepEqual([status, page], [1, null]);
      assert.match(stderr, /score\.json is not what a bench prints/);
    }
  });

  it('runs no bench that there is not', () => {
    assert.equal(results({}, ['--run', '../main']).status, 2);
  });
});

describe('a bar', () => {
  it('is for one of several peers, for the ratio, or for what is beyond the peer', () => {
    const score = (peer: string, ratio: number) => heldAgainst(figure('score.full_depth', 1, { peer, ratio }));
    assert.deepEqual(score('node-llama-cpp 3 embedding loop', 3.9), { bar: '≥ 4×', holds: false });
    assert.deepEqual(score('PyTorch BF16', 1.2), { bar: '≥ 1.1×', holds: true });
    assert.equal(score('somebody', 1), null);
    const decision = heldAgainst(figure('desk.decision', 9, { peer: 'fdatasync', peer_value: 3 }));
    assert.deepEqual(decision, { bar: '≤ 5 above the peer', holds: false });
    assert.equal(heldAgainst(figure('retrain.honest.recommended', null)), null, 'nothing holds that was not measured');
    assert.equal(heldAgainst(figure('labels.hint.pay', 1)), null);
  });
});
