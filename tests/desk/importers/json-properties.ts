import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Reader } from '../../../desk/importers/reading.ts';
import type { SourceRow } from '../../../desk/importers/record.ts';
import { addsUp, memoryInput, readAll } from './reading-in-memory.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface JsonExport {
  readonly name: string;
  /** The whole file. */
  readonly file: Json;
  /** The same file with only its first n messages, for halves. */
  readonly part: (from: number, to: number) => Json;
  readonly count: number;
  /** What each row must say, in order. */
  readonly expected: readonly Readonly<Record<string, unknown>>[];
}

/** Texts as people and attackers write them: any script, bidi marks, quotes, brackets, escapes, half emoji, NUL. */
export const words: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
      { weight: 2, arbitrary: fc.constantFrom('"', '\\', '\\"', '[{', '}]', '\\x0B', '\n', '\r\n', '\t', ', ', ': ') },
      { weight: 1, arbitrary: fc.constantFrom('\ud83d', '\udc00', '\0', '\u202e', '\u2066', '\ufeff', '\u2028', '🏴‍☠️') },
      { weight: 1, arbitrary: fc.constantFrom('12345678901234567890', ' : 99999999999999999 ', 'null', '<br>') },
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const reversed = (value: Json): Json => {
  if (Array.isArray(value)) return value.map((element: Json) => reversed(element));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reversed(inner as Json)])
      .reverse(),
  );
};

/** What a row says, without where it stood and how it was written. */
function meaning(row: SourceRow): unknown {
  if (row.status === 'rejected') return row;
  const { raw: _raw, place: _place, ...rest } = row;
  return rest;
}

function matches(row: SourceRow | undefined, expected: Readonly<Record<string, unknown>>): void {
  assert.equal(row?.status, 'item');
  for (const [key, value] of Object.entries(expected)) assert.deepEqual((row as never)[key], value, key);
}

/** The properties of formats.md §9 for an importer of JSON, on generated exports. */
export function holdForJson(reader: Reader, exports: fc.Arbitrary<JsonExport>, { runs = 60 } = {}): void {
  it('reads back what was written, with its raw records byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(exports, fc.integer({ min: 1, max: 200 }), async (sample, piece) => {
        const text = JSON.stringify(sample.file, null, 2);
        const read = await readAll(reader, memoryInput(sample.name, text, piece));
        assert.equal(read.rows.length, sample.count);
        assert.ok(addsUp(read));
        assert.equal(read.summary.complete, true);
        sample.expected.forEach((expected, at) => matches(read.rows[at], expected));
        let from = 0;
        read.rows.forEach((row, at) => {
          from = text.indexOf(row.raw, from);
          assert.notEqual(from, -1);
          assert.equal(row.place.row, at + 1);
        });
      }),
      { numRuns: runs },
    );
  });

  it('means the same with a byte order mark, CRLF, minified, in UTF-16 and with keys in another order', async () => {
    await fc.assert(
      fc.asyncProperty(exports, async (sample) => {
        const indented = JSON.stringify(sample.file, null, 2);
        const plain = await readAll(reader, memoryInput(sample.name, indented));
        const others = [
          `\uFEFF${indented}`,
          indented.replaceAll('\n', '\r\n'),
          JSON.stringify(sample.file),
          Buffer.from(`\uFEFF${indented}`, 'utf16le'),
          JSON.stringify(reversed(sample.file), null, 2),
        ];
        for (const other of others) {
          const read = await readAll(reader, memoryInput(sample.name, other));
          assert.deepEqual(read.rows.map(meaning), plain.rows.map(meaning));
          assert.equal(read.summary.complete, true);
        }
      }),
      { numRuns: runs / 2 },
    );
  });

  it('gives every whole record of a file cut at any byte, and one warning', async () => {
    await fc.assert(
      fc.asyncProperty(exports, fc.double({ min: 0, max: 1, noNaN: true }), async (sample, share) => {
        const text = JSON.stringify(sample.file, null, 2);
        const bytes = Buffer.from(text);
        const whole = await readAll(reader, memoryInput(sample.name, bytes));
        // Cut behind the first element's beginning: before it there is no export to recognise.
        const first = bytes.indexOf(Buffer.from(whole.rows[0]?.raw ?? '{'));
        const cut = first + Math.floor(share * (bytes.length - 1 - first));
        const read = await readAll(reader, memoryInput(sample.name, bytes.subarray(0, cut)));
        let end = 0;
        const before = whole.rows.filter((row) => {
          const raw = Buffer.from(row.raw);
          end = bytes.indexOf(raw, end) + raw.length;
          return end <= cut;
        });
        assert.deepEqual(read.rows.map(meaning), before.map(meaning));
        assert.equal(read.summary.complete, false);
        assert.equal(read.summary.warnings.filter((warning) => /cut off/.test(warning)).length, 1);
      }),
      { numRuns: runs },
    );
  });

  it('gives in two halves what it gives as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(exports, async (sample) => {
        const middle = Math.floor(sample.count / 2);
        const rows: SourceRow[] = [];
        for (const half of [sample.part(0, middle), sample.part(middle, sample.count)])
          rows.push(...(await readAll(reader, memoryInput(sample.name, JSON.stringify(half)))).rows);
        const whole = await readAll(reader, memoryInput(sample.name, JSON.stringify(sample.file)));
        assert.deepEqual(rows.map(meaning), whole.rows.map(meaning));
      }),
      { numRuns: runs / 2 },
    );
  });
}
