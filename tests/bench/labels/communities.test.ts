import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { communities, COMMUNITIES } from '../../../bench/labels/communities.ts';
import { ShingleIndex } from '../../../desk/triage/near-duplicates.ts';
import { seededRandom } from '../../../engine/train/random.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'moderato-communities-'));
after(() => rmSync(folder, { recursive: true }));

const random = seededRandom(5);
const word = (): string => Math.floor(random() * 36 ** 5).toString(36);
const sentence = (): string => Array.from({ length: 12 }, word).join(' ');

interface Row {
  readonly text: string;
  readonly split: string;
}

function write(set: string, rows: readonly Row[]): void {
  const records = rows.map(({ text, split }, i) => ({
    id: `${set}:${i}`,
    text,
    label: i % 2,
    split,
    source_label: i % 3 === 0 ? 'hate_speech' : 'neither',
  }));
  writeFileSync(path.join(folder, `${set}.csv.gz`), gzipSync(stringify(records, { header: true })));
}

const texts = (count: number, split: string): Row[] =>
  Array.from({ length: count }, () => ({ text: sentence(), split }));
const again = (rows: readonly Row[], split: string): Row[] =>
  rows.map(({ text }) => ({ text: `${text} again`, split }));

const tested = texts(40, 'test');
const civil = texts(60, 'all');
write('hatexplain', texts(4, 'train'));
write('toxigen_human_subset', texts(4, 'all'));
write('davidson2017', texts(80, 'all'));
write('civil_comments_crowd', civil);
write('stormfront_hate', [...texts(80, 'train'), ...tested, ...again(tested, 'rest')]);
write('germeval2018', [...texts(60, 'train'), ...texts(30, 'test')]);

describe('a community of the labels bench', () => {
  const made = communities(folder, COMMUNITIES, 1);
  const of = (name: string) => {
    const community = made.find((one) => one.name === name);
    assert.ok(community);
    return community;
  };

  it('has nothing to decide that its set keeps for tests, nor anything nearly the same', () => {
    const index = new ShingleIndex(tested.map(({ text }) => text));
    const { pool, held } = of('stormfront');
    assert.ok(pool.length > 0);
    assert.deepEqual(
      pool.filter(({ text }) => index.similar(text).length > 0),
      [],
    );
    assert.ok(held.length >= 2 * tested.length);
    assert.deepEqual([of('germeval').pool.length, of('germeval').held.length], [60, 30]);
  });

  it('has near-duplicates on one side', () => {
    for (const { pool, held } of [of('stormfront'), of('davidson'), of('germeval')]) {
      const groups = new Set(pool.map(({ group }) => group));
      assert.ok(held.length > 0 && held.every(({ group }) => !groups.has(group)));
    }
  });

  it('has nothing that the adapter has learned from, but where that is said', () => {
    assert.equal(of('davidson').pool.length + of('davidson').held.length, 80);
    const { pool, held } = of('civil');
    // Of two labels that are equally frequent the recipe takes all.
    assert.equal(pool.length + held.length, 0);
  });
});
