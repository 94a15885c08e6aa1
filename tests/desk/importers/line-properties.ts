import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Reader } from '../../../desk/importers/reading.ts';
import type { SourceRow } from '../../../desk/importers/record.ts';
import { addsUp, memoryInput, readAll } from './reading-in-memory.ts';

export interface WrittenLine {
  readonly line: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

function meaning(row: SourceRow): unknown {
  const { place: _place, ...rest } = row;
  return rest;
}

/** The properties of formats.md §9 for an importer of JSON lines. */
export function holdForLines(reader: Reader, files: fc.Arbitrary<readonly WrittenLine[]>): void {
  it('reads every line back, whatever ends it and however it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 99 }), async (lines, piece) => {
        const text = lines.map(({ line }) => line).join('\n');
        const variants = [text, `${text}\n`, `\uFEFF${text}\n\n`, text.replaceAll('\n', '\r\n')];
        for (const variant of variants) {
          const read = await readAll(reader, memoryInput('lines', variant, piece));
          assert.ok(addsUp(read));
          assert.equal(read.summary.complete, true);
          assert.deepEqual(
            read.rows.map(({ raw }) => raw),
            lines.map(({ line }) => line),
          );
          read.rows.forEach((row, at) => {
            for (const [key, value] of Object.entries(lines[at]?.expected ?? {}))
              assert.deepEqual((row as never)[key], value, key);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives every whole line of a file cut at any byte, and one warning where a line is cut', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), async (lines, at) => {
        const bytes = Buffer.from(lines.map(({ line }) => `${line}\n`).join(''));
        const cut = at % bytes.length;
        const whole = await readAll(reader, memoryInput('lines', bytes));
        const read = await readAll(reader, memoryInput('lines', bytes.subarray(0, cut)));
        let end = 0;
        const before = lines.filter(({ line }) => (end += Buffer.byteLength(line) + 1) - 1 <= cut).length;
        assert.deepEqual(read.rows.map(meaning), whole.rows.slice(0, before).map(meaning));
        const inside = cut > 0 && bytes[cut - 1] !== 0x0a && bytes[cut] !== 0x0a;
        assert.equal(read.summary.complete, !inside);
        assert.equal(read.summary.warnings.length, inside ? 1 : 0);
      }),
      { numRuns: 80 },
    );
  });
}
