import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { cleaned, decodeEntities } from '../../native-models/recipe/clean-text.ts';
import { buildCorpus, CORPUS_SETS, refuseSamples } from '../../native-models/recipe/corpus.ts';
import { readDataset, type SetName } from '../../native-models/recipe/datasets.ts';
import { findExcluded, formatExcluded, readExcluded } from '../../native-models/recipe/excluded.ts';
import { jaccard, nearDuplicateGroups, shingles, ShingleIndex } from '../../desk/triage/near-duplicates.ts';
import { readSamples } from '../../native-models/recipe/samples.ts';
import { seededRandom } from '../../engine/train/random.ts';
import { civilRows, dataFolder, sentence, type FakeRow } from '../samples/data-sets.ts';

const root = join(import.meta.dirname, '../..');
const list = join(root, 'native-models/recipe/excluded-ids.txt');

/** Texts of a few letters, so that many of them are alike. */
const alike = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 30 }), { maxLength: 25 });

describe('near-duplicates', () => {
  it('are exactly the pairs that comparing all with all finds', () => {
    fc.assert(
      fc.property(alike, alike, fc.constantFrom(0.3, 0.5, 0.7, 0.9, 1), (texts, queries, threshold) => {
        const index = new ShingleIndex(texts, threshold);
        for (const query of [...queries, ...texts]) {
          const all = texts.flatMap((text, i) => (jaccard(shingles(text), shingles(query)) >= threshold ? [i] : []));
          assert.deepEqual(index.similar(query), all);
        }
      }),
    );
  });

  it('do not depend on case, punctuation, links and whom a message addresses', () => {
    const index = new ShingleIndex(['What a lovely little house, @peter! See https://example.org/x']);
    assert.deepEqual(index.similar('what a LOVELY little house @mary... see'), [0]);
    assert.deepEqual(index.similar('what a horrible tower, see for yourself'), []);
  });

  it('form the groups that comparing all with all gives, whatever is like whatever else', () => {
    fc.assert(
      fc.property(alike, fc.constantFrom(0.3, 0.5, 0.7, 0.9, 1), (texts, threshold) => {
        const group = texts.map((_, i) => i);
        const all = texts.map(shingles);
        texts.forEach((_, i) => {
          for (let j = 0; j < i; j++) {
            if (jaccard(all[i] ?? new Uint32Array(), all[j] ?? new Uint32Array()) < threshold) continue;
            const [one = 0, other = 0] = [group[i], group[j]].sort((a = 0, b = 0) => a - b);
            group.forEach((of, k) => (group[k] = of === other ? one : of));
          }
        });
        assert.deepEqual([...nearDuplicateGroups(texts, threshold)], group);
      }),
    );
  });

  it('are found without comparing a template with itself twenty thousand times twenty thousand times', () => {
    // By comparing each of them with all before it this takes minutes, and the test runner gives up.
    const texts = Array.from({ length: 20_000 }, (_, i) => `message number ${i} about nothing in particular`);
    assert.deepEqual(new Set(nearDuplicateGroups(texts)), new Set([0]));
  });

  it('form groups over a chain, named by their first text', () => {
    const text = 'one two three four five six seven eight nine ten eleven twelve';
    assert.deepEqual(
      [...nearDuplicateGroups([text, 'something else entirely', `${text} thirteen`, `${text} thirteen fourteen`], 0.8)],
      [0, 1, 0, 0],
    );
  });
});

describe('cleaning', () => {
  it('decodes entities once and makes handles equal', () => {
    assert.equal(cleaned('RT @some_one:  a &lt;b&gt; &amp;amp; &#128514;\n &#x1F602;'), 'RT @user: a <b> &amp; 😂 😂');
    assert.equal(cleaned('mail a@b.org stays'), 'mail a@b.org stays');
    assert.equal(decodeEntities('&#0; &#xD800; &#9999999; &nope; & &amp'), '&#0; &#xD800; &#9999999; &nope; & &amp');
  });
});

/** Data sets in which every kind of row to exclude occurs, and the samples that were drawn from them. */
function scenario() {
  const random = seededRandom(11);
  const row = (id: string, label: 0 | 1, split: string, text = sentence(random), sourceLabel = 'x'): FakeRow => ({
    id,
    text,
    label,
    split,
    sourceLabel,
  });
  const civil = civilRows(60, 120, 12);
  const samples = civil.slice(110, 130);
  const test = [row('hx:test', 1, 'test'), row('hx:test2', 0, 'test')];
  const check = row('hatecheck:1', 1, 'test');
  const sets: Partial<Record<SetName, readonly FakeRow[]>> = {
    civil_comments_crowd: [...civil, row('civil:near', 1, 'all', `${samples[0]?.text} indeed`, 'toxic_votes=3/3')],
    toxic_spans: [row('spans:1', 1, 'train', samples[1]?.text.toUpperCase()), row('spans:2', 1, 'train')],
    hatexplain: [
      ...test,
      ...Array.from({ length: 80 }, (_, i) => row(`hx:${i}`, i % 2 === 0 ? 1 : 0, i % 10 === 0 ? 'dev' : 'train')),
      row('hx:near-test', 1, 'train', `${test[0]?.text} so`),
    ],
    toxigen_human_subset: [
      ...Array.from({ length: 300 }, (_, i) => row(`tox:${i}`, i % 3 === 0 ? 1 : 0, 'all')),
      row('tox:near-check', 1, 'all', check.text.replace(' ', ', ')),
      row('tox:near-sample', 0, 'all', `oh ${samples[2]?.text}`),
      row('tox:a', 0, 'all', 'the same words said twice by two people here'),
      row('tox:b', 1, 'all', 'The same words, said twice by two people here!'),
    ],
    davidson2017: Array.from({ length: 60 }, (_, i) =>
      row(`dav:${i}`, i < 50 ? 1 : 0, 'all', undefined, i < 5 ? 'hate_speech' : 'offensive_language'),
    ),
    hatecheck: [check],
  };
  return { sets, samples };
}

describe('the recipe', () => {
  it('leaves no sample, near-duplicate of one, test row or near-duplicate of one in the corpus', () => {
    const { sets, samples } = scenario();
    using folder = dataFolder(sets);
    const read = (set: SetName) => readDataset(folder.path, set);
    const excluded = findExcluded(
      read,
      samples.map((sample) => sample.text),
      new Set(samples.map((sample) => sample.id)),
    );
    assert.deepEqual([...excluded].filter(([, reason]) => reason !== 'sample').sort(), [
      ['civil:near', 'near-sample'],
      ['hx:near-test', 'near-hatexplain-test'],
      ['spans:1', 'near-sample'],
      ['tox:near-check', 'near-hatecheck'],
      ['tox:near-sample', 'near-sample'],
    ]);
    const corpus = buildCorpus(read, excluded);
    const ids = new Set(corpus.rows.map((row) => row.id));
    for (const id of [...excluded.keys(), 'hx:test', 'hx:test2']) assert.ok(!ids.has(id), id);
    const index = new ShingleIndex(samples.map((sample) => sample.text));
    for (const row of corpus.rows) assert.deepEqual(index.similar(row.text), [], row.id);
    refuseSamples(
      corpus,
      samples.map((sample) => sample.text),
    );
    // With the list forgotten, the last gate holds.
    assert.throws(
      () =>
        refuseSamples(
          buildCorpus(read, new Map()),
          samples.map((sample) => sample.text),
        ),
      { name: 'DatasetError', message: /near-duplicates of messages in samples/ },
    );
  });

  it('holds out whole groups, keeps official dev rows in dev, drops texts with both labels, thins the abusive', () => {
    const { sets } = scenario();
    using folder = dataFolder(sets);
    const read = (set: SetName) => readDataset(folder.path, set);
    const { rows, leftOut } = buildCorpus(read, new Map());
    const of = (id: string) => rows.find((row) => row.id === id);
    for (let i = 0; i < 80; i += 10) assert.equal(of(`hx:${i}`)?.split, 'dev');
    assert.equal(of('tox:a') ?? of('tox:b'), undefined);
    assert.equal(leftOut['toxigen_human_subset']?.['both labels in its group'], 3, 'tox:a, tox:b, tox:near-sample');
    const davidson = rows.filter((row) => row.set === 'davidson2017');
    assert.equal(davidson.filter((row) => row.label === 0).length, 10);
    assert.equal(davidson.filter((row) => row.label === 1).length, 15);
    for (let i = 0; i < 5; i++) assert.ok(of(`dav:${i}`), 'hate comes before offence');
    const held = rows.filter((row) => row.set === 'toxigen_human_subset' && row.split === 'dev').length;
    assert.ok(held > 2 && held < 35, `${held} of 300 held out`);
    assert.deepEqual(buildCorpus(read, new Map()), { rows, leftOut });
  });

  it('names a file that is missing and a row that is broken', () => {
    assert.throws(() => readDataset('/nowhere', 'hatexplain'), {
      name: 'DatasetError',
      message: /hatexplain\.csv\.gz/,
    });
    using folder = dataFolder({
      hatexplain: [{ id: '', text: 'x', label: 0, split: 'train', sourceLabel: '' }],
    });
    assert.throws(() => readDataset(folder.path, 'hatexplain'), { name: 'DatasetError', message: /row 1/ });
  });
});

describe('the committed list of excluded rows', () => {
  const excluded = readExcluded(list);
  const { sources } = readSamples(join(root, 'samples'));

  it('names every message of the samples', () => {
    const listed = [...excluded].filter(([, reason]) => reason === 'sample').map(([id]) => id);
    assert.deepEqual(listed.sort(), sources.map((row) => row.source).sort());
  });

  it('reaches the copies of the samples in the other half of the source', () => {
    const near = [...excluded].filter(([, reason]) => reason === 'near-sample').map(([id]) => id);
    assert.ok(near.filter((id) => id.startsWith('toxicspans:')).length > 1000);
  });

  it('is as its maker writes it', () => {
    assert.equal(formatExcluded(excluded), readFileSync(list, 'utf8'));
  });

  it('gives an error that names the line when it is damaged', () => {
    assert.throws(() => readExcluded(join(root, 'native-models/recipe/README.md')), /README\.md, line 3/);
  });
});

describe('the committed account of the corpus', () => {
  const account = z
    .object({
      labels: z.tuple([z.literal('fine'), z.literal('abusive')]),
      files: z.record(z.string(), z.object({ rows: z.int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
      sets: z.record(z.string(), z.record(z.string(), z.int().positive())),
      leftOut: z.record(z.string(), z.record(z.string(), z.int().positive())),
    })
    .parse(JSON.parse(readFileSync(join(root, 'native-models/recipe/corpus.json'), 'utf8')));

  it('adds up', () => {
    for (const split of ['train', 'dev']) {
      const counts = Object.values(account.sets).flatMap((set) =>
        Object.entries(set).flatMap(([key, count]) => (key.startsWith(`${split}.`) ? [count] : [])),
      );
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        account.files[`${split}.csv`]?.rows,
      );
    }
    assert.deepEqual(Object.keys(account.sets), [...CORPUS_SETS]);
  });

  it('counts all 4,000 messages of the samples as left out', () => {
    assert.equal(account.leftOut['civil_comments_crowd']?.['sample'], 4000);
  });
});
