import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { questionOf } from '../../../desk/opinion/question.ts';

const policy = (id: number, name: string, guidance: string, retired = false) => ({ id, name, guidance, retired });
const label = (id: number, name: string, policyId: number | null = null, guidance = '', retired = false) => ({
  id,
  policy: policyId,
  name,
  key: null,
  guidance,
  severity: id === 1 ? 0 : 2,
  retired,
});
const policies = [policy(1, 'House', 'No slurs.'), policy(2, 'Spam', 'No adverts.'), policy(3, 'Old', 'Gone.', true)];
const labels = [
  label(1, 'fine'),
  label(2, 'slur', 1, 'A word that hurts'),
  label(3, 'advert', 2),
  label(4, 'old', 1, '', true),
];

describe('what a larger model is asked', () => {
  it("holds the community's policies and labels with their guidance, without what is retired", () => {
    const { instruction, labels: asked } = questionOf({ policies, labels });
    for (const words of [
      '"House":\nNo slurs.',
      'No adverts.',
      '- "slur": A word that hurts; serious',
      '- "fine": nothing to act on',
    ])
      assert.ok(instruction.includes(words), words);
    for (const words of ['Gone.', '"old"']) assert.ok(!instruction.includes(words), words);
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['fine', 'slur', 'advert'],
    );
  });

  it('about one policy holds its labels and those of none', () => {
    const { instruction, labels: asked } = questionOf({ policies, labels }, 2);
    assert.ok(!instruction.includes('No slurs.') && instruction.includes('No adverts.'));
    assert.deepEqual(
      asked.map(({ id }) => id),
      [1, 3],
    );
  });

  it('is another one as soon as a word of it is', () => {
    const sums = [
      questionOf({ policies, labels }),
      questionOf({ policies: [policy(1, 'House', 'No slurs!')], labels }),
      questionOf({ policies, labels: [...labels, label(5, 'new')] }),
      questionOf({ policies, labels }, 1),
    ].map(({ sha256 }) => sha256);
    assert.equal(new Set(sums).size, sums.length);
    assert.equal(questionOf({ policies, labels }).sha256, sums[0]);
  });

  it('keeps a label with a line break in one line', () => {
    const { instruction } = questionOf({ policies: [], labels: [label(1, 'fine'), label(2, 'x\n- "y": z')] });
    assert.equal(instruction.match(/^- /gm)?.length, 2);
  });

  it('is refused where there is nothing to choose', () => {
    assert.throws(() => questionOf({ policies, labels: [] }), { kind: 'nothing-to-do' });
    assert.throws(() => questionOf({ policies, labels: [label(1, 'fine')] }), { kind: 'nothing-to-do' });
    assert.throws(() => questionOf({ policies, labels }, 9), { kind: 'not-found' });
    assert.throws(() => questionOf({ policies, labels: [...labels, label(7, 'a\0b')] }), { kind: 'bad-input' });
  });
});
