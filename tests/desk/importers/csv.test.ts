import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dialectOf } from '../../../desk/importers/csv-dialect.ts';
import { readCsv } from '../../../desk/importers/csv.ts';
import { readDiscordCsv } from '../../../desk/importers/discord-csv.ts';
import { cleanText } from '../../../desk/importers/encoding.ts';
import { ImportError } from '../../../desk/importers/import-error.ts';
import type { SourceRow } from '../../../desk/importers/record.ts';
import { words } from './json-properties.ts';
import { addsUp, itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

interface Table {
  readonly rows: readonly { readonly id: string; readonly author: string; readonly text: string }[];
  readonly delimiter: string;
  readonly ending: string;
  readonly header: boolean;
}

/** A CSV cell holds no NUL, and a lone CR or CRLF inside quotes stays as it is. */
const cell = words.map((text) => text.replaceAll('\0', '').toWellFormed().replaceAll('\uFEFF', ''));

const tables: fc.Arbitrary<Table> = fc.record({
  rows: fc.array(fc.record({ id: fc.uuid(), author: fc.constantFrom('ada', 'bob', 'x "y" z'), text: cell }), {
    minLength: 2,
    maxLength: 8,
  }),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  ending: fc.constantFrom('\n', '\r\n', '\r'),
  header: fc.constant(true),
});

function linesOf({ rows, delimiter, ending }: Table): string[] {
  const lines = [['id', 'author', 'date', 'text'].join(delimiter) + ending];
  for (const { id, author, text } of rows)
    lines.push([id, author, '2024-01-01T00:00:00Z', text].map(quoted).join(delimiter) + ending);
  return lines;
}

function meaning(row: SourceRow): unknown {
  if (row.status === 'rejected') return row;
  return [row.id, row.author.name, row.text, row.time?.ms];
}

describe('CSV', () => {
  it('reads back every cell, for any delimiter, line end, encoding and size of pieces', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 99 }), async (table, piece) => {
        const text = linesOf(table).join('');
        const variants = [text, `\uFEFF${text}`, Buffer.from(`\uFEFF${text}`, 'utf16le'), text.replace(/[\r\n]+$/, '')];
        for (const variant of variants) {
          const read = await readAll(readCsv, memoryInput('t.csv', variant, piece));
          assert.ok(addsUp(read));
          assert.equal(read.summary.complete, true);
          assert.deepEqual(
            read.rows.map(meaning),
            table.rows.map(({ id, author, text: words }) => [id, author, cleanText(words), Date.UTC(2024, 0, 1)]),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps each row as it stands in the file', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        const lines = linesOf(table);
        const { rows } = await readAll(readCsv, memoryInput('t.csv', lines.join('')));
        assert.deepEqual(
          rows.map(({ raw }) => raw),
          lines.slice(1).map((line) => line.replace(/[\r\n]+$/, '')),
        );
      }),
    );
  });

  it('gives every whole row of a file cut at any byte behind its first rows', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.nat(), async (table, at) => {
        const lines = linesOf(table).map((line) => Buffer.from(line));
        const bytes = Buffer.concat(lines);
        const first = (lines[0]?.length ?? 0) + (lines[1]?.length ?? 0);
        const cut = first + (at % (bytes.length - first));
        const read = await readAll(readCsv, memoryInput('t.csv', bytes.subarray(0, cut)));
        let end = 0;
        const whole = lines.filter((line) => (end += line.length) <= cut).length - 1;
        const expected = table.rows
          .slice(0, whole)
          .map(({ id, author, text }) => [id, author, cleanText(text), Date.UTC(2024, 0, 1)]);
        assert.deepEqual(read.rows.slice(0, whole).map(meaning), expected);
        // The cut row itself: rejected, or read as far as it stands.
        assert.ok(read.rows.length <= whole + 1);
        assert.ok(addsUp(read));
        if (read.summary.counts.rejected > 0) assert.equal(read.summary.complete, false);
      }),
      { numRuns: 100 },
    );
  });

  it('rejects a row of another width with its line, and accepts missing or empty trailing cells', async () => {
    const text =
      'id,text,label\nrow-a,"one\nline more",x\nrow-b,two,x,surplus\nrow-c,three\nrow-d,four,x,,\nrow-e,five,x\n';
    const { rows, summary } = await readAll(readCsv, memoryInput('t.csv', text));
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['item', 'rejected', 'item', 'item', 'item'],
    );
    assert.equal(rows[1]?.status === 'rejected' ? rows[1].reason : '', 'Line 4 has 4 cells where the header has 3.');
    assert.equal(rows[1]?.raw, 'row-b,two,x,surplus');
    assert.equal(summary.counts.rejected, 1);
  });

  it('names the line of a quote that is never closed, and reads on behind it', async () => {
    const before = 'id,text\n' + Array.from({ length: 100 }, (_, at) => `row-${at},fine\n`).join('');
    // More than 1 MB behind it, and only a little.
    for (const count of [15_000, 50]) {
      const after = `later,${'quite ordinary '.repeat(6)}\n`.repeat(count);
      const text = `${before}bad-1,"never closed\n${after}wide,a,b\n`;
      const { rows, summary } = await readAll(readCsv, memoryInput('t.csv', text));
      const rejected = rows.filter((row) => row.status === 'rejected');
      assert.deepEqual(
        rejected.map(({ raw, reason }) => [raw, reason]),
        [
          ['bad-1,"never closed', 'Line 102 opens a quote that is never closed.'],
          ['wide,a,b', `Line ${(103 + count).toLocaleString('en-US')} has 3 cells where the header has 2.`],
        ],
      );
      assert.equal(summary.counts.message, 100 + count);
      assert.match(summary.warnings.join(), /line 102/);
      assert.equal(summary.complete, true);
    }
  });

  it('lets a message of 10 MB through, on one line or on many', async () => {
    for (const line of ['x'.repeat(1000), `${'x'.repeat(999)}\n`]) {
      const long = line.repeat(10_000);
      const rows = await itemsOf(readCsv, 't.csv', `id,text\nrow-a,"${long}"\nrow-b,after\n`);
      assert.equal(rows[0]?.text.length, long.length);
      assert.equal(rows[1]?.text, 'after');
    }
  });

  it("finds the delimiter behind Excel's sep line, drops a trailing column and numbers doubled names", () => {
    assert.equal(dialectOf('sep=;\na;b\n1;2,3\n', true)?.delimiter, ';');
    assert.deepEqual(dialectOf('id;text;\na;b;\nc;d;\n', true)?.columns, ['id', 'text']);
    assert.deepEqual(dialectOf('text,text,\nfine words,b,c\n', true)?.columns, ['text', 'text 2', 'column 3']);
  });

  it('sees a header only where the first row looks like one', () => {
    assert.equal(dialectOf('id,text\n1,a\n', true)?.header, true);
    assert.equal(dialectOf('1,hello there\n2,more words\n', true)?.header, false);
    assert.equal(dialectOf('2024-01-01,hello there\n2024-01-02,more\n', true)?.header, false);
  });

  it('reads tab-separated text in which quotes are only characters', async () => {
    const rows = await itemsOf(
      readCsv,
      't.tsv',
      'id\ttext\nrow-a\t"unclosed and fine\nrow-b\the said "hi"\nrow-c\t5" long\n',
    );
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['"unclosed and fine', 'he said "hi"', '5" long'],
    );
  });

  it('reads Windows-1252 and says so', async () => {
    const { rows, summary } = await readAll(
      readCsv,
      memoryInput('t.csv', Buffer.from('id,text\nrow-a,caf\xe9 \x80\n', 'latin1')),
    );
    assert.equal(rows[0]?.status === 'item' ? rows[0].text : '', 'café €');
    assert.equal(summary.encoding, 'Windows-1252');
    assert.match(summary.warnings.join(), /Windows-1252/);
  });

  it('imports no id that a spreadsheet has rounded, and says so', async () => {
    const { rows, summary } = await readAll(readCsv, memoryInput('t.csv', 'id,text\n1.23E+17,a\nrow-b,b\n'));
    assert.deepEqual(
      rows.map((row) => (row.status === 'item' ? row.id : '')),
      [null, 'row-b'],
    );
    assert.match(summary.warnings.join(), /1\.23E\+17/);
  });

  it('understands times in seconds to nanoseconds, dates of Excel, and leaves open ones open', async () => {
    const cases: readonly (readonly [string, number | null])[] = [
      ['1704067200', 1_704_067_200_000],
      ['1704067200123', 1_704_067_200_123],
      ['1704067200123456', 1_704_067_200_123],
      ['1704067200123456789', 1_704_067_200_123],
      ['2024-01-01 00:00:00+01:00', 1_704_063_600_000],
      ['45292', 1_704_067_200_000],
      ['31.12.2023 23:59', Date.UTC(2023, 11, 31, 23, 59)],
      ['05-Jun-19 07:28 PM', Date.UTC(2019, 5, 5, 19, 28)],
      ['1/2/2024', null],
      ['2023-02-30', null],
    ];
    const text = `id,date,text\n${cases.map(([time], at) => `row-${at},"${time}",words`).join('\n')}\n`;
    const rows = await itemsOf(readCsv, 't.csv', text);
    assert.deepEqual(
      rows.map(({ time }) => time?.ms ?? null),
      cases.map(([, ms]) => ms),
    );
  });

  it('keeps two files with running numbers apart, and long ids together', async () => {
    const [one] = await itemsOf(readCsv, 'a.csv', 'id,text\n1,some words\n2,b\n');
    const [other] = await itemsOf(readCsv, 'b.csv', 'id,text\n1,some words\n2,b\n');
    const [long] = await itemsOf(readCsv, 'a.csv', 'id,text\ntweet-1,some words\n');
    const [same] = await itemsOf(readCsv, 'b.csv', 'id,text\ntweet-1,some words\n');
    assert.notEqual(one?.channel.id, other?.channel.id);
    assert.equal(long?.channel.id, same?.channel.id);
  });

  it('asks for the column by an error where none looks like text, and refuses one that is not there', async () => {
    const input = memoryInput('t.csv', 'a,b\n1,2\n3,4\n');
    await assert.rejects(
      readAll(readCsv, input),
      (error) => error instanceof ImportError && /no column looks like/.test(error.message),
    );
    await assert.rejects(readAll(readCsv, input, { mapping: { text: 'c' } }), /has no column "c"/);
    const { rows } = await readAll(readCsv, input, { mapping: { text: 'b' } });
    assert.equal(rows.length, 2);
  });

  it('gives the rows before a quote that the end of the file leaves open', async () => {
    for (const end of ['\n"', '\r\n"x', '\n"x,"', '\n"x","y']) {
      const { rows, summary } = await readAll(readCsv, memoryInput('t.csv', `id,text\nrow-a,"some words"${end}`));
      assert.equal(rows[0]?.status === 'item' ? rows[0].text : '', 'some words');
      assert.deepEqual([rows[1]?.status, summary.complete, summary.warnings.length], ['rejected', false, 1]);
    }
  });

  it('rejects rows with NUL bytes', async () => {
    const { rows } = await readAll(readCsv, memoryInput('t.csv', 'id,text\nrow-a,b\0c\nrow-b,d\n'));
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['rejected', 'item'],
    );
  });
});

describe('Discord CSV', () => {
  it('reads today form and the form of before 2019', async () => {
    const now =
      'AuthorID,Author,Date,Content,Attachments,Reactions\r\n"81","ada","2024-01-01T00:00:00.0000000+00:00","a\n""b""","https://x.example/a.png?x=1,https://x.example/b.png","👍 (3),🎉 (1)"\r\n';
    const [row] = await itemsOf(readDiscordCsv, 'Guild - Talk - general [123456789].csv', now);
    assert.equal(row?.text, 'a\n"b"');
    assert.deepEqual(row?.time, { ms: Date.UTC(2024, 0, 1), zone: 'utc' });
    assert.deepEqual(
      row?.attachments.map(({ name }) => name),
      ['a.png', 'b.png'],
    );
    assert.deepEqual(row?.reactions, [
      { name: '👍', count: 3 },
      { name: '🎉', count: 1 },
    ]);
    assert.deepEqual(row?.channel, { id: '123456789', name: 'general' });
    const then =
      'AuthorID;Author;Date;Content;Attachments;Reactions;\n"81";"ada#0001";"05-Jun-19 07:28 AM";"hi";"";"";\n';
    const [old] = await itemsOf(readDiscordCsv, 'general.csv', then);
    assert.equal(old?.text, 'hi');
    assert.deepEqual(old?.time, { ms: Date.UTC(2019, 5, 5, 7, 28), zone: 'unknown' });
  });
});
