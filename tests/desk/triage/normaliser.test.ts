import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attacked, ATTACKS, type Attack } from '../../../desk/insight/functional/attacks.ts';
import { normalised } from '../../../desk/triage/normaliser.ts';
import { wordsOf } from '../../../engine/explain/words.ts';

const TEXT = 'You lot are parasites and everyone knows it';

describe('the normaliser', () => {
  for (const attack of Object.keys(ATTACKS) as Attack[])
    it(`undoes ${attack}`, () => {
      for (const word of wordsOf(TEXT).filter(({ text }) => text.length > 3)) {
        const hidden = attacked(TEXT, word, attack);
        assert.notEqual(hidden, TEXT, word.text);
        assert.equal(normalised(hidden), TEXT, hidden);
      }
    });

  it('leaves what was not hidden', () => {
    for (const plain of [
      TEXT,
      'See you on the 1st at 10pm, room 404, for $5 or 20k',
      'Ask @harbour4 about it!',
      'Это обычное предложение, и в нём ничего не спрятано',
      '👩‍🚀 at work ❤️',
      'I am a C or D student, A B tests bore me',
      'It costs 3 4 5 or 6 coins',
    ])
      assert.equal(normalised(plain), plain);
  });
});
