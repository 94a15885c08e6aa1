import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { spansOf, wordsOf } from '../../../renderer/review/spans.ts';

describe('words that a decision rests on', () => {
  it('are parts of the text that hold just these words, neighbours as one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀') }),
        fc.array(fc.nat(20)),
        (text, picks) => {
          const words = wordsOf(text);
          const chosen = new Set(picks.filter((i) => i < words.length));
          const spans = spansOf(words, chosen);
          words.forEach(({ start, end }, i) => {
            assert.equal(
              spans.some((span) => span.start <= start && end <= span.end),
              chosen.has(i),
            );
          });
          spans.forEach(({ start, end }, i) => {
            assert.ok(start < end && (i === 0 || (spans[i - 1]?.end ?? 0) < start));
            assert.equal(text.slice(start, end), text.slice(start, end).trim());
          });
        },
      ),
    );
    const text = 'one two three four';
    const parts = spansOf(wordsOf(text), new Set([0, 1, 3])).map(({ start, end }) => text.slice(start, end));
    assert.deepEqual(parts, ['one two', 'four']);
  });
});
