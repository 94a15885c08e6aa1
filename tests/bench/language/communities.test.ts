import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { communities } from '../../../bench/language/communities.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'moderato-language-'));
after(() => rmSync(folder, { recursive: true }));

const random = seededRandom(5);
const word = (): string => Math.floor(random() * 36 ** 5).toString(36);
const sentence = (): string => Array.from({ length: 12 }, word).join(' ');

/** Each text twice, the second time nearly the same; one in ten is hate. */
function write(set: string, count: number, split: (i: number) => string): void {
  const records = Array.from({ length: count }, (_, i) => {
    const text = sentence();
    const row = { label: i % 2, split: split(i), source_label: i % 10 === 0 ? 'hate_speech' : 'neither' };
    return [
      { id: `${set}:${i}`, text, ...row },
      { id: `${set}:${i}:again`, text: `${text} again`, ...row },
    ];
  }).flat();
  writeFileSync(path.join(folder, `${set}.csv.gz`), gzipSync(stringify(records, { header: true })));
}

write('davidson2017', 100, () => 'all');
write('hatexplain', 100, (i) => (i < 40 ? 'test' : 'train'));
write('civil_comments_crowd', 100, () => 'all');
// 20 held out, 6 decided, 40 without a label
const [davidson, hatexplain, civil] = communities(folder, 0.02);
assert.ok(davidson && hatexplain && civil);

const start = (text: string): string => text.slice(0, 60);

describe('a community of the language bench', () => {
  it('has no message in two parts, nor one that is nearly the same', () => {
    const { decided, unlabelled } = civil.parts(0);
    const all = [...civil.held, ...decided].map(({ text }) => text).concat(unlabelled);
    assert.equal(all.length, 20 + 6 + 40);
    assert.equal(new Set(all.map(start)).size, all.length);
  });

  it('has nothing of what its set keeps for tests', () => {
    const { decided, unlabelled } = hatexplain.parts(0);
    assert.equal(hatexplain.held.length + decided.length + unlabelled.length, 60);
  });

  it('has as many that are fine for each that is not as is said', () => {
    const { decided, unlabelled } = davidson.parts(0);
    // 10 of hate and four times as many
    assert.equal(davidson.held.length + decided.length + unlabelled.length, 50);
  });

  it('is decided anew with each seed, and the same with the same; what is held out stays', () => {
    assert.deepEqual(civil.parts(3), civil.parts(3));
    assert.notDeepEqual(civil.parts(3), civil.parts(4));
    assert.deepEqual(communities(folder, 0.02)[2]?.held, civil.held);
  });

  it('has another one as its control, each one once', () => {
    const others = [davidson, hatexplain, civil].map(({ name, other }) => {
      assert.notEqual(other, name);
      return other;
    });
    assert.equal(new Set(others).size, 3);
  });
});
