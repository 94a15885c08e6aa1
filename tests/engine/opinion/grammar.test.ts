import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { grammarOf } from '../../../engine/opinion/grammar.ts';

/** What a literal of GBNF says. */
const read = (literal: string): string =>
  literal.replace(/\\U([0-9A-F]{8})/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));

describe('the grammar of an answer', () => {
  it('has the labels for its alternatives, whatever they are made of', () => {
    const label = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'"\\|()[]{}*+?.#\n a'), minLength: 1, maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(label, { minLength: 2, maxLength: 8 }), (labels) => {
        const grammar = grammarOf(labels);
        assert.match(grammar, /^root ::= " "\? \("[A-Za-z0-9\\]+"( \| "[A-Za-z0-9\\]+")*\)$/);
        const literals = grammar.slice(grammar.indexOf('(') + 1, -1).split(' | ');
        assert.deepEqual(
          literals.map((literal) => read(literal.slice(1, -1))),
          labels,
        );
      }),
    );
  });

  it('takes no label that nobody can say', () => {
    assert.throws(() => grammarOf(['fine']), /two labels/);
    assert.throws(() => grammarOf(['fine', '']), /empty/);
    assert.throws(() => grammarOf(['fine', '\uD800']), /well-formed/);
  });
});
