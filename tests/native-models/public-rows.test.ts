import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { places } from '../../desk/models/places.ts';
import { chosenReplay, regressionRows, replayRows } from '../../desk/retrain/public-rows.ts';
import { ShingleIndex } from '../../desk/triage/near-duplicates.ts';
import { readExcluded } from '../../native-models/recipe/excluded.ts';
import { readSamples } from '../../native-models/recipe/samples.ts';
import { splitHateCheck } from '../../native-models/regression/split.ts';

const root = join(import.meta.dirname, '../..');

describe('the rows that a retraining replays', () => {
  const rows = replayRows(places());

  it('are of sets whose licences allow it, and none of what must never be learned', () => {
    const sets = new Set(rows.map(({ id }) => id.split(':')[0]));
    assert.ok(
      [...sets].every((set) => !/davidson|stormfront|check|toxigen/.test(set ?? '')),
      [...sets].join(),
    );
    const excluded = readExcluded(join(root, 'native-models/recipe/excluded-ids.txt'));
    assert.ok(rows.every(({ id }) => !excluded.has(id)));
    const index = new ShingleIndex([
      ...readSamples(join(root, 'samples')).gold.map(({ text }) => text),
      ...regressionRows(places()).map(({ text }) => text),
    ]);
    assert.deepEqual(
      rows.filter(({ text }) => index.similar(text).length > 0).map(({ id }) => id),
      [],
    );
  });

  it('name nobody, and are few bytes', () => {
    const handles = rows.filter(({ text }) => /(?<![\p{L}\p{N}_@])@(?!user\b)[\p{L}\p{N}_]+/u.test(text));
    assert.deepEqual(
      handles.map(({ id }) => id),
      [],
    );
    assert.ok(statSync(join(root, 'native-models/replay/replay.csv.gz')).size < 5e6);
  });

  it('are chosen in the languages of the decisions, both labels alike, and fewer than those', () => {
    const chosen = chosenReplay(rows, { decisions: 200, languages: ['de'], both: true });
    assert.equal(chosen.length, 100);
    assert.ok(chosen.every(({ language }) => language === 'de'));
    assert.equal(chosen.filter(({ label }) => label === 'fine').length, 50);
    assert.ok(
      chosenReplay(rows, { decisions: 200, languages: ['en'], both: false }).every(({ label }) => label === 'fine'),
    );
    assert.deepEqual(chosenReplay(rows, { decisions: 200, languages: ['xx'], both: true }), []);
  });
});

describe('the split of HateCheck', () => {
  const groups = ['women', 'trans people', 'gay people', 'black people', 'disabled people', 'Muslims', 'immigrants'];
  const fake = Array.from({ length: 200 }, (_, template) =>
    groups.map((target, i) => ({
      id: `hatecheck:f${Math.floor(template / 50)}:${template * 7 + i}`,
      text: `Sentence number ${template} is about ${target} and says so.`,
      label: 1 as const,
      split: 'test',
      sourceLabel: 'hateful',
      target,
    })),
  ).flat();

  it('keeps all cases of a template on one side, three in ten of them for development', () => {
    const split = splitHateCheck(fake);
    const sides = new Map<number, Set<string>>();
    split.forEach(({ part }, i) => {
      const template = Math.floor(i / 7);
      sides.set(template, (sides.get(template) ?? new Set()).add(part));
    });
    assert.ok([...sides.values()].every((parts) => parts.size === 1));
    const share = split.filter(({ part }) => part === 'development').length / split.length;
    assert.ok(share > 0.2 && share < 0.4, `${share}`);
  });

  it('does not move a template when others come or go', () => {
    const whole = new Map(splitHateCheck(fake).map(({ id, part }) => [id, part]));
    for (const { id, part } of splitHateCheck(fake.slice(70, 700))) assert.equal(part, whole.get(id));
  });

  it('is committed with cases of every kind', () => {
    const rows = regressionRows(places());
    assert.ok(rows.length > 900 && rows.length < 1400, `${rows.length}`);
    const kinds = new Set(rows.map(({ id }) => id.split(':')[1]));
    assert.equal(kinds.size, 29);
  });
});
