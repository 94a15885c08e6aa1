import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { placesOf, without, withoutAll, wordsOf } from '../../../engine/explain/words.ts';

describe('words of a text', () => {
  it('stand where they say they stand, in order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        let end = 0;
        for (const word of wordsOf(text)) {
          assert.equal(text.slice(word.start, word.end), word.text);
          assert.ok(word.start >= end);
          ({ end } = word);
        }
      }),
    );
  });

  it('are words and emoji, not punctuation', () => {
    const found = wordsOf("Don't go, 你好 🙂!! (x)").map(({ text }) => text);
    assert.deepEqual(found, ["Don't", 'go', '你好', '🙂', 'x']);
  });

  it('leave the rest of the text as it was, and one space less', () => {
    const text = 'You are, frankly, wrong.';
    const rest = wordsOf(text).map((word) => without(text, word));
    assert.deepEqual(rest, [
      'are, frankly, wrong.',
      'You , frankly, wrong.',
      'You are, , wrong.',
      'You are, frankly, .',
    ]);
  });

  it('left out once each, take away their own length and at most one space', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const word of wordsOf(text)) {
          const gone = text.length - without(text, word).length - word.text.length;
          assert.ok(gone === 0 || gone === 1);
        }
      }),
    );
  });
});

describe('several words of a text, left out', () => {
  it('leave the others, in any order of the list', () => {
    const text = 'You are, frankly, very wrong.';
    const [you, , frankly, , wrong] = wordsOf(text);
    assert.ok(you && frankly && wrong);
    for (const words of [
      [you, frankly, wrong],
      [wrong, you, frankly],
    ])
      assert.equal(withoutAll(text, words), 'are, , very .');
    assert.equal(withoutAll(text, []), text);
  });

  it('leave no word behind when all of them go', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 12 }), (text) => {
        assert.deepEqual(wordsOf(withoutAll(text, wordsOf(text))), []);
      }),
    );
  });
});

describe('places of tokens', () => {
  it('of a tokenizer with marks and lower case are those of the text', () => {
    const text = 'Unbelievable, Çedric!';
    assert.deepEqual(placesOf(['[CLS]', 'un', '##believ', '##able', ',', 'çedric', '!', '[SEP]'], text), [
      null,
      { start: 0, end: 2 },
      { start: 2, end: 8 },
      { start: 8, end: 12 },
      { start: 12, end: 13 },
      { start: 14, end: 20 },
      { start: 20, end: 21 },
      null,
    ]);
  });

  it('never overlap, never go back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 5 }), { maxLength: 10 }),
        fc.string({ maxLength: 40 }),
        (pieces, text) => {
          let end = 0;
          for (const place of placesOf(pieces, text)) {
            if (!place) continue;
            assert.ok(place.start >= end && place.end <= text.length);
            ({ end } = place);
          }
        },
      ),
    );
  });
});
