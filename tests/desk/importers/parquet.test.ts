import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { ImportError } from '../../../desk/importers/import-error.ts';
import { parquetColumns, parquetReader } from '../../../desk/importers/parquet.ts';
import { addsUp, memoryInput, readAll } from './reading-in-memory.ts';

const COUNT = 2500;
const texts = Array.from({ length: COUNT }, (_, at) => (at % 7 === 0 ? 'wörter 🦊 "q"' : `some words ${at}`));

function file(from = 0, to = COUNT): Buffer {
  const rows = texts.slice(from, to);
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: rows.map((_, at) => 9_007_199_254_740_993n + BigInt(from + at)), type: 'INT64' },
        { name: 'text', data: rows, type: 'STRING' },
        {
          name: 'created_at',
          data: rows.map((_, at) => new Date(Date.UTC(2024, 0, 1) + (from + at) * 1000)),
          type: 'TIMESTAMP',
        },
        { name: 'label', data: rows.map((_, at) => (at % 2 === 0 ? 'ok' : null)), type: 'STRING', nullable: true },
      ],
      rowGroupSize: 700,
    }),
  );
}

describe('Parquet', () => {
  it('reads all row groups in order, with exact ids, times and missing values', async () => {
    const input = memoryInput('t.parquet', file());
    const read = await readAll(parquetReader([input]), input);
    assert.ok(addsUp(read));
    assert.equal(read.summary.complete, true);
    assert.equal(read.rows.length, COUNT);
    assert.ok(Math.max(...read.batches) <= 1000);
    read.rows.forEach((row, at) => {
      assert.equal(row.status, 'item');
      if (row.status !== 'item') return;
      assert.equal(row.id, String(9_007_199_254_740_993n + BigInt(at)));
      assert.equal(row.text, texts[at]);
      assert.equal(row.time?.ms, Date.UTC(2024, 0, 1) + at * 1000);
      assert.equal(row.label, at % 2 === 0 ? 'ok' : undefined);
    });
  });

  it('reads a folder of parts as one table', async () => {
    const parts = [memoryInput('part-0.parquet', file(0, 1000)), memoryInput('part-1.parquet', file(1000))];
    const [first] = parts;
    if (first === undefined) return;
    const { rows } = await readAll(parquetReader(parts), first);
    assert.deepEqual(
      rows.map((row) => (row.status === 'item' ? row.text : '')),
      texts,
    );
    assert.deepEqual(
      [rows[0]?.place.member, rows.at(-1)?.place],
      ['part-0.parquet', { member: 'part-1.parquet', row: COUNT }],
    );
  });

  it('shows its columns with samples', async () => {
    const columns = await parquetColumns(memoryInput('t.parquet', file()));
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['id', 'text', 'created_at', 'label'],
    );
    assert.equal(columns[1]?.samples[0], texts[0]);
  });

  it('says of a cut file that it is cut, and of an encrypted one that it is encrypted', async () => {
    const whole = file();
    for (const cut of [whole.length - 1, whole.length - 20, 5000, 8, 4]) {
      const input = memoryInput('t.parquet', whole.subarray(0, cut));
      await assert.rejects(
        readAll(parquetReader([input]), input),
        (error) => error instanceof ImportError && /cut/.test(error.message),
      );
    }
    const locked = memoryInput('t.parquet', Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]));
    await assert.rejects(readAll(parquetReader([locked]), locked), /encrypted/);
  });

  it('turns damage anywhere into an ImportError or rows, never into another error', async () => {
    const whole = file(0, 50);
    for (let at = 4; at < whole.length - 4; at += 37) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const input = memoryInput('t.parquet', damaged);
      await readAll(parquetReader([input]), input).catch((error: unknown) => assert.ok(error instanceof ImportError));
    }
  });
});
