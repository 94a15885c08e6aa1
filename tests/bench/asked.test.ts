import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { UsageError, wantedOf } from '../../bench/figure.ts';
import { NAMES } from '../../bench/measured.ts';

const ROOT = `${import.meta.dirname}/../..`;

function bench(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.ts', ...words], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.doesNotMatch(stderr, /\n\s+at |Error/);
  return { status, stdout, stderr };
}

describe('npm run bench', () => {
  it('lists every bench with its options where help is asked for, and where nothing is', () => {
    for (const words of [['--help'], []]) {
      const { status, stdout, stderr } = bench(...words);
      const asked = words.length > 0;
      assert.equal(status, asked ? 0 : 2);
      assert.equal(asked ? stderr : stdout, '', 'help that was asked for is a result, any other is none');
      for (const name of NAMES) assert.match(stdout + stderr, new RegExp(`^  ${name} +\\S`, 'm'));
      for (const option of ['--data', '--scale', '--table', '--seed'])
        assert.match(stdout + stderr, new RegExp(`  ${option} <`));
    }
    for (const name of NAMES) assert.ok(existsSync(`${ROOT}/bench/${name}.ts`), name);
  });

  it('says what it does not understand, and where to look', () => {
    for (const [words, said] of [
      [['nope'], /'nope' is invalid.*It must be one of ablation,/],
      [['score', '--nope'], /unknown option '--nope'/],
      [['score', 'import'], /too many arguments/],
      [['score', '--scale', '0'], /It must be a number above 0/],
      [['labels', '--seed', '1.5'], /It must be a whole number from 0/],
      [['labels', '--data', '/no/such/folder'], /There is no such folder/],
      [['labels'], /name their folder with --data/],
      [['labels', '--data', ROOT, '--table', 'nope'], /There is no community called nope; there are /],
    ] as const) {
      const { status, stderr } = bench(...words);
      assert.equal(status, 2, words.join(' '));
      assert.match(stderr, said);
    }
    assert.match(bench('nope').stderr, /--help` lists the benches/);
  });

  it('measures the parts that are named, in their own order, or all of them', () => {
    const all = ['one', 'two', 'three'] as const;
    assert.deepEqual(wantedOf([], all, 'part'), all);
    assert.deepEqual(wantedOf(['three', 'one'], all, 'part'), ['one', 'three']);
    assert.throws(() => wantedOf(['one', 'four'], all, 'part'), UsageError);
  });
});
