import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanText, Utf8Stream } from '../../../desk/importers/encoding.ts';

function decode(bytes: Buffer, piece: number): { readonly text: string; readonly stream: Utf8Stream } {
  const stream = new Utf8Stream();
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) parts.push(Buffer.from(stream.push(bytes.subarray(at, at + piece))));
  parts.push(stream.push(Buffer.alloc(0), true));
  return { text: Buffer.concat(parts).toString('utf8'), stream };
}

const text = fc.string({ unit: 'binary' }).filter((value) => !value.startsWith('\uFEFF'));
const piece = fc.integer({ min: 1, max: 9 });

describe('text encoding', () => {
  it('reads UTF-8 with and without byte order mark, and UTF-16 of both orders, in pieces of any size', () => {
    fc.assert(
      fc.property(text, piece, (value, size) => {
        assert.equal(decode(Buffer.from(value), size).text, value);
        assert.equal(decode(Buffer.from(`\uFEFF${value}`), size).text, value);
        assert.equal(decode(Buffer.from(`\uFEFF${value}`, 'utf16le'), size).text, value);
        assert.equal(decode(Buffer.from(`\uFEFF${value}`, 'utf16le').swap16(), size).text, value);
      }),
      { numRuns: 300 },
    );
  });

  it('takes what is no UTF-8 for Windows-1252, also when it comes late', () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), piece, (plain, size) => {
        const bytes = Buffer.concat([Buffer.from('a'.repeat(plain)), Buffer.from([0xe9, 0x20, 0x80])]);
        const { text: read, stream } = decode(bytes, size);
        assert.equal(read, `${'a'.repeat(plain)}é €`);
        assert.equal(stream.encoding, 'Windows-1252');
      }),
    );
  });

  it('notes bytes that are no UTF-8 in a file that is, and not a character that the end of the file cuts', () => {
    assert.equal(decode(Buffer.from([0xc3, 0xa9, 0x20, 0xff, 0x20]), 2).stream.damaged, true);
    assert.equal(decode(Buffer.from([0xc3, 0xa9, 0x20, 0xe2, 0x82]), 9).stream.damaged, false);
    assert.equal(decode(Buffer.from([0xc3, 0xa9, 0x20, 0xe2, 0x82, 0xac]), 1).stream.damaged, false);
  });

  it('replaces lone surrogates and NUL in texts, and keeps bidi marks', () => {
    assert.equal(cleanText('a\ud83d\0\u202eb\u2066'), 'a\uFFFD\uFFFD\u202eb\u2066');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) =>
        assert.equal(cleanText(value), value.replaceAll('\0', '\uFFFD')),
      ),
    );
  });
});
