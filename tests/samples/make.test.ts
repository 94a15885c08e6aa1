import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { makeSamples } from '../../samples/make.ts';
import { entitiesOf } from '../../samples/telegram.ts';
import { civilRows, dataFolder } from './data-sets.ts';

const options = { seed: 7, messages: 150, toxic: 9 };
const goldSchema = z.array(
  z.object({ platform: z.string(), id: z.string(), channel: z.string(), label: z.string(), text: z.string() }),
);

describe('the maker of samples', () => {
  it('gives the same bytes for the same data and seed, and others for another seed', () => {
    using folder = dataFolder({ civil_comments_crowd: civilRows(320, 40, 1) });
    const once = makeSamples(folder.path, options);
    assert.deepEqual(makeSamples(folder.path, options), once);
    assert.notDeepEqual(makeSamples(folder.path, { ...options, seed: 8 }), once);
  });

  it('takes no comment twice, nor one that is nearly another, nor one that was judged both ways', () => {
    const rows = civilRows(330, 40, 2);
    const copy = (of: number, id: string, label: 0 | 1) => ({
      ...(rows[of] as (typeof rows)[number]),
      id,
      label,
      text: `${(rows[of] as (typeof rows)[number]).text}!!`,
      sourceLabel: `toxic_votes=${label * 3}/3`,
    });
    rows.push(copy(100, 'civil:copy', 0), copy(101, 'civil:other', 1), copy(3, 'civil:torn', 0));
    using folder = dataFolder({ civil_comments_crowd: rows });
    const { files } = makeSamples(folder.path, options);
    const gold = goldSchema.parse(parse(files.get('gold.csv') as string, { columns: true }));
    assert.equal(gold.length, 300);
    const texts = gold.map((row) => row.text.replace('!!', ''));
    assert.equal(new Set(texts).size, 300);
    for (const at of [101, 3]) assert.ok(!texts.includes((rows[at] as (typeof rows)[number]).text));
  });

  it('prefers what the crowd agreed on', () => {
    using folder = dataFolder({ civil_comments_crowd: civilRows(600, 40, 3) });
    const sources = makeSamples(folder.path, options).files.get('sources.csv') as string;
    // 300 fine ones without a vote are there, and 20 toxic ones with all votes: the unclear are not needed.
    assert.equal(sources.match(/,0\/3\n/g)?.length, 282);
    assert.equal(sources.match(/,3\/3\n/g)?.length, 18);
  });

  it('says what is missing when the source is too small, and which file it cannot read', () => {
    using folder = dataFolder({ civil_comments_crowd: civilRows(100, 40, 4) });
    assert.throws(() => makeSamples(folder.path, options), {
      name: 'SampleError',
      message: /100 usable .* 282 are needed/,
    });
    assert.throws(() => makeSamples('/nowhere', options), {
      name: 'DatasetError',
      message: /civil_comments_crowd\.csv\.gz/,
    });
  });
});

describe('text entities', () => {
  it('give the text again when joined, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom('@someone', '#topic', 'https://example.org/a?b', 'a@b.org', ' ')),
        ),
        (pieces) => {
          const text = pieces.join('');
          const entities = entitiesOf(text);
          assert.equal(entities.map((entity) => entity.text).join(''), text);
          assert.ok(entities.every((entity) => entity.text !== ''));
        },
      ),
    );
  });

  it('are found where Telegram would mark them', () => {
    assert.deepEqual(
      entitiesOf('ask @someone at a@b.org, see https://example.org #news').map((entity) => entity.type),
      ['plain', 'mention', 'plain', 'email', 'plain', 'link', 'plain', 'hashtag'],
    );
  });
});
