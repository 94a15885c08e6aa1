import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanText } from '../../../desk/importers/encoding.ts';
import { jsonTableOf, readJsonTable } from '../../../desk/importers/json-table.ts';
import { holdForJson, words, type JsonExport } from './json-properties.ts';
import { holdForLines } from './line-properties.ts';
import { itemsOf, memoryInput, readAll } from './reading-in-memory.ts';

const texts = fc.array(words, { minLength: 1, maxLength: 8 });

const row = (text: string, at: number) => ({ id: `row-${at}`, text, meta: { label: 'ok' } });

const arrays: fc.Arbitrary<JsonExport> = texts.map((all) => {
  const rows = all.map(row);
  return {
    name: 'rows.json',
    file: rows,
    part: (from, to) => rows.slice(from, to),
    count: rows.length,
    expected: all.map((text, at) => ({ id: `row-${at}`, text: cleanText(text), label: 'ok' })),
  };
});

const lines = texts.map((all) =>
  all.map((text, at) => ({
    line: JSON.stringify(row(text, at)),
    expected: { id: `row-${at}`, text: cleanText(text), label: 'ok' },
  })),
);

describe('JSON lines', () => {
  holdForLines(readJsonTable, lines);

  it('keeps all digits of long integers', async () => {
    const rows = await itemsOf(
      readJsonTable,
      'x',
      '{"id":12345678901234567890,"text":"a"}\n{"id":-9007199254740993,"text":"12345678901234567890"}\n',
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['12345678901234567890', '-9007199254740993'],
    );
    assert.equal(rows[1]?.text, '12345678901234567890');
  });

  it('passes over a header of its own, and rejects a bad line alone', async () => {
    const { rows, summary } = await readAll(
      readJsonTable,
      memoryInput('x', '{"meta":{"v":1}}\n{"id":"a","text":"b"}\n{"id":\n{"id":"c","text":"d"}\n'),
    );
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['item', 'rejected', 'item'],
    );
    assert.match(rows[1]?.status === 'rejected' ? rows[1].reason : '', /^Line 3 is not valid JSON/);
    assert.equal(summary.complete, true);
  });

  it('offers nested fields by dotted names, and takes a mapped one', async () => {
    const text = '{"data":{"user":{"name":"ada"},"message":{"body":"words"},"n":1}}\n';
    const { columns } = await jsonTableOf(memoryInput('x', text));
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['data.user.name', 'data.message.body', 'data.n'],
    );
    const { rows } = await readAll(readJsonTable, memoryInput('x', text), {
      mapping: { text: 'data.message.body', author: 'data.user.name' },
    });
    assert.deepEqual(rows[0]?.status === 'item' ? [rows[0].text, rows[0].author.name] : [], ['words', 'ada']);
  });

  it('rejects a line above the limit with its beginning', async () => {
    const { rows } = await readAll(
      readJsonTable,
      memoryInput('x', `{"text":"a"}\n{"text":"${'x'.repeat(17 * 1024 * 1024)}"}\n{"text":"b"}\n`),
    );
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['item', 'rejected', 'item'],
    );
    assert.ok((rows[1]?.raw.length ?? 0) < 100_000);
  });
});

describe('JSON arrays', () => {
  holdForJson(readJsonTable, arrays);

  it('finds the rows under a key', async () => {
    const rows = await itemsOf(
      readJsonTable,
      'x',
      '{"count":2,"tags":["x"],"rows":[{"text":"a b"},{"text":"c"}],"done":true}',
    );
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['a b', 'c'],
    );
  });
});
