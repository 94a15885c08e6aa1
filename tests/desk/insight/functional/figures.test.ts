import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from '../../../../desk/insight/functional/cases.ts';
import { functionalFigures, readSuite, type ReadTexts } from '../../../../desk/insight/functional/figures.ts';

const one = (text: string, hateful: boolean, more: Partial<Case> = {}): Case => ({
  ...{ text, hateful, functionality: hateful ? 'derog_h' : 'ident_nh', target: 'sailors', language: 'english' },
  ...more,
});
const CASES: readonly Case[] = [
  ...Array.from({ length: 20 }, (_, i) => one(`sailors are vermin number ${i}`, true)),
  ...Array.from({ length: 30 }, (_, i) => one(`women sail to harbour ${i}`, false)),
  ...Array.from({ length: 10 }, (_, i) => one(`muslims sail to harbour ${i}`, false, { target: '' })),
  one('those sailors are v e r m i n', true, { functionality: 'spell_space_add_h' }),
  one('', true),
];

/** Flags what has a word in it, and takes the name of a group for it. */
const byWord: ReadTexts = (texts) =>
  Promise.resolve(
    texts.map((text) => {
      const flagged = /\bvermin\b|muslims/.test(text);
      return text === '' ? null : { score: flagged ? 0.9 : 0.2, flagged };
    }),
  );

describe('the figures of a functional audit', () => {
  it('say what is right by functionality, target and language, with intervals, and what was not read', async () => {
    const german = one('ein Fall', true, { language: 'german' });
    const suite = await readSuite({ name: 'own', cases: [...CASES, german] }, byWord);
    const { suites } = await functionalFigures([suite], byWord);
    const [own] = suites;
    assert.deepEqual([own?.cases, own?.notRead, own?.leftOut], [62, 1, 0]);
    const rated = new Map(own?.functionalities.map(({ name, cases, share }) => [name, [cases, share?.value]]));
    assert.deepEqual(rated.get('derog_h'), [21, 20 / 21]);
    assert.deepEqual(rated.get('ident_nh'), [40, 0.75]);
    const { share } = own?.functionalities.find(({ name }) => name === 'ident_nh') ?? {};
    assert.ok(share && share.low > 0.59 && share.low < 0.61 && share.high > 0.85 && share.high < 0.87, 'Wilson');
    const [sailors] = own?.targets ?? [];
    assert.deepEqual(
      [sailors?.name, sailors?.falseAlarms.share?.value, sailors?.falseAlarms.cases],
      ['sailors', 0, 30],
    );
    assert.deepEqual(
      own?.languages.map(({ name, auroc }) => [name, auroc === null]),
      [
        ['english', false],
        ['german', true],
      ],
    );
  });

  it('say which words of harmless texts set it off', async () => {
    const { terms } = await functionalFigures([await readSuite({ name: 'own', cases: CASES }, byWord)], byWord);
    assert.deepEqual(
      terms.map(({ name, cases, share }) => [name, cases, share?.value]),
      [
        ['women', 30, 0],
        ['muslim', 10, 1],
      ],
    );
  });

  it('attack the word that counts most, and say what undoing the spelling brings back', async () => {
    const suite = await readSuite({ name: 'own', cases: CASES }, byWord);
    const { attacks, spellings } = await functionalFigures([suite], byWord, 10);
    assert.equal(attacks.length, 5);
    for (const { asSpelled, normalised, both } of attacks)
      assert.deepEqual(
        [asSpelled, normalised, both].map(({ cases, share }) => [cases, share?.value]),
        [
          [10, 0],
          [10, 1],
          [10, 1],
        ],
      );
    const of = (name: string) => {
      const found = spellings.find((spelled) => spelled.name === name);
      return [found?.asSpelled, found?.normalised, found?.both].map((rated) => rated?.share?.value);
    };
    assert.deepEqual(of('spell_space_add_h'), [0, 1, 1]);
    assert.deepEqual(of('harmless'), [0.25, 0.25, 0.25]);
  });

  it('leave out what decides which model is recommended', async () => {
    const first = CASES[0] ?? assert.fail();
    const { cases, leftOut } = await readSuite({ name: 'own', cases: CASES }, byWord, new Set([first.text]));
    assert.equal(leftOut, 1);
    assert.ok(cases.every(({ text }) => text !== first.text));
  });
});
