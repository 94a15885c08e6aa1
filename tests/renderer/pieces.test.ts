import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clipped, masksOf, piecesOf } from '../../renderer/text/pieces.ts';

const textOf = (text: string): string =>
  piecesOf(text)
    .map((piece) => (piece.kind === 'marks' ? `+${piece.count}` : piece.text))
    .join('');

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0x9f }),
        fc.integer({ min: 0x300, max: 0x36f }),
        fc.integer({ min: 0x2000, max: 0x206f }),
      ),
    )
    .map((points) => String.fromCodePoint(...points)),
);
const spans = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 8 })
  .map((ends) => ends.sort((a, b) => a - b))
  .map((ends) =>
    ends.flatMap((start, i) => (i % 2 === 0 && ends[i + 1] !== undefined ? [{ start, end: ends[i + 1] ?? 0 }] : [])),
  );

describe('a message in the window', () => {
  it('draws no sign that steers, hides or reorders, whatever the text was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const piece of piecesOf(text)) {
          if (piece.kind !== 'text') continue;
          assert.doesNotMatch(
            piece.text.replaceAll(/[\n\t\u200c\u200d]/gu, ''),
            /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/u,
          );
          assert.doesNotMatch(piece.text, /[\p{Mn}\p{Me}]{6}/u);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('shows them by their number, and counts the marks that it leaves out', () => {
    assert.equal(textOf('abc\u202edef\u0007'), 'abc‹U+202E›def‹U+0007›');
    assert.equal(textOf(`z${'\u0335'.repeat(20)}a`), `z${'\u0335'.repeat(5)}+15a`);
  });

  it('keeps words, lines, emoji and joined scripts as they are', () => {
    for (const text of ['Grüße,\n\t世界! שלום', '👩‍👩‍👧 ❤️', 'می‌خواهم', 'क्‍ष', 'xin chào Việt Nam']) {
      const pieces = piecesOf(text);
      assert.equal(textOf(text), text);
      assert.ok(pieces.every(({ kind }) => kind === 'text'));
    }
    assert.equal(textOf('a\r\nb\rc'), 'a\nb\nc');
    // Between Latin letters a joiner only hides.
    assert.equal(textOf('ad\u200dmin'), 'ad‹U+200D›min');
  });

  it('has every sign once, wherever masks and tints begin and end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 50 }), spans, spans, (text, masks, tinted) => {
        const tints = tinted.map((tint) => ({ ...tint, weight: 0.5 }));
        const pieces = piecesOf(text, masks, tints);
        assert.equal(pieces.map((piece) => ('text' in piece ? piece.text : '')).join(''), text);
        let at = 0;
        for (const piece of pieces) {
          if (!('text' in piece) || !('weight' in piece)) continue;
          const end = at + piece.text.length;
          const masked = masks.some((mask) => mask.start <= at && end <= mask.end);
          assert.equal(piece.kind === 'masked', masked, `${at} to ${end}`);
          if (!masked)
            assert.equal(
              piece.weight > 0,
              tints.some((tint) => tint.start <= at && end <= tint.end),
            );
          at = end;
        }
      }),
    );
  });

  it('is masked to its end, however long it is, and never cut within a sign', () => {
    const word = ['sh', 'it'].join('');
    const text = `${'harmless words '.repeat(4000)}${word} ${'x'.repeat(40_000)} ${word}`;
    const masks = masksOf(text);
    assert.deepEqual(
      masks.map(({ start, end }) => text.slice(start, end)),
      [word, word],
    );
    assert.equal(clipped('ab😀', 3), 'ab');
    assert.equal(clipped('ab😀', 4), 'ab😀');
  });
});
