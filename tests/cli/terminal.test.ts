import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duration, probability } from '../../cli/terminal/figures.ts';
import { maskSlurs } from '../../desk/shown/masking.ts';
import { safeLine } from '../../cli/terminal/safe-text.ts';
import { columnsOf, cut, wrap } from '../../cli/terminal/width.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates, controls and bidi signs more often than chance would have them.
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0, max: 0x9f }),
        fc.integer({ min: 0x2000, max: 0x206f }),
      ),
    )
    .map((units) => String.fromCharCode(...units)),
);

describe('text of a message on a terminal', () => {
  it('holds no control, bidi or invisible character, whatever it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = safeLine(text);
        assert.doesNotMatch(shown.replaceAll('\u200d', ''), /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        assert.doesNotMatch(shown, /[\u200b\u200c\u2060\ufeff]/u);
        assert.ok(shown.isWellFormed());
      }),
      { numRuns: 2000 },
    );
  });

  it('names an escape sequence instead of sending it', () => {
    assert.equal(safeLine('a\u001b[2Jb\u0007'), 'a‹U+001B›[2Jb‹U+0007›');
    assert.equal(safeLine('abc\u202edef'), 'abc‹U+202E›def');
    assert.equal(safeLine('\u009b31m\ud800'), '‹U+009B›31m‹U+D800›');
  });

  it('leaves words, emoji and other scripts as they are', () => {
    for (const text of ['Grüße, 世界! שלום', '👩‍👩‍👧 family', '❤️ ok', 'नमस्ते']) assert.equal(safeLine(text), text);
  });

  it('becomes one line', () => {
    assert.equal(safeLine(' a\r\n\tb\u2028c '), 'a b c');
  });
});

describe('columns', () => {
  it('are never exceeded by a text that is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        assert.ok(columnsOf(cut(safeLine(text), columns)) <= columns);
      }),
    );
  });

  it('are never exceeded by a text that is wrapped, and no word is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii' })),
        fc.integer({ min: 3, max: 40 }),
        (words, columns) => {
          const text = safeLine(words.join(' '));
          const lines = wrap(text, columns);
          for (const line of lines) assert.ok(columnsOf(line) <= columns);
          assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
        },
      ),
    );
  });

  it('are cut at whole signs', () => {
    assert.equal(cut('世界世界', 5), '世界…');
    assert.equal(cut('abc', 3), 'abc');
  });
});

describe('masking', () => {
  it('keeps first and last letter of the word, and the length', () => {
    assert.equal(maskSlurs('what a bitch'), 'what a b▇▇▇h');
    assert.equal(maskSlurs('Fuuuuck!').length, 'Fuuuuck!'.length);
    assert.match(maskSlurs('you motherfuckers all'), /^you m▇+s all$/);
  });

  it('leaves harmless words that hold a bad one', () => {
    for (const text of ['The class passed the assessment.', 'grapes from Scunthorpe', 'a cocktail for Dickens']) {
      assert.equal(maskSlurs(text), text);
    }
  });

  it('takes any text', () => {
    fc.assert(fc.property(hostile, (text) => maskSlurs(text).length === text.length));
  });
});

describe('figures', () => {
  it('read well', () => {
    assert.deepEqual([0, 0.004, 0.5, 0.994, 0.996, 1].map(probability), ['.00', '.00', '.50', '.99', '1.0', '1.0']);
    assert.deepEqual([0.44, 59.6, 60, 3599, 7260].map(duration), [
      '0.4 s',
      '1 min',
      '1 min',
      '59 min 59 s',
      '2 h 1 min',
    ]);
  });
});
