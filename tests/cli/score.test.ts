import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Bench, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const LONG = 'weather '.repeat(5000);
const rows = [...sentences(20), '', LONG, 'the last "row", with a comma'];
const asCsv = (texts: readonly string[]): string =>
  `key,body\n${texts.map((text, i) => `k${i},"${text.replaceAll('"', '""')}"`).join('\n')}\n`;
const table = bench.file('rows.csv', asCsv(rows));
const COLUMNS = ['--text', 'body', '--id', 'key'];

type Line = { id: string; label: string | null; score?: number; scores?: Record<string, number>; not_read?: string };
const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('score', () => {
  const out = bench.path('out.jsonl');

  it('gives one row for each row, in their order, and says why one was not read', async () => {
    const { code, err } = await bench.run(['score', '--in', table, '--out', out, ...bench.tiny, ...COLUMNS]);
    assert.equal(code, 0, err);
    const lines = linesOf(readFileSync(out, 'utf8'));
    assert.deepEqual(
      lines.map(({ id }) => id),
      rows.map((_, i) => `k${i}`),
    );
    assert.deepEqual(lines[20], { id: 'k20', label: null, not_read: 'empty' });
    assert.deepEqual(lines[21], { id: 'k21', label: null, not_read: 'over-long' });
    for (const { label, score, scores } of [...lines.slice(0, 20), ...lines.slice(22)]) {
      assert.ok(score !== undefined && scores !== undefined);
      assert.ok(Math.abs((scores['fine'] ?? 0) + (scores['abusive'] ?? 0) - 1) < 1e-5);
      assert.equal(label, score >= 0.5 ? 'abusive' : 'fine');
    }
    assert.equal(existsSync(`${out}.part`), false);
  });

  it('scores the same from a packed pipe, bit for bit', async () => {
    const input = gzipSync(asCsv(rows));
    const {
      code,
      out: printed,
      err,
    } = await bench.run(['score', '--in', '-', '--out', '-', ...bench.tiny, ...COLUMNS], { input });
    assert.equal(code, 0, err);
    assert.deepEqual(linesOf(printed), linesOf(readFileSync(out, 'utf8')));
  });

  it('reads JSON lines and writes packed CSV', async () => {
    const jsonl = bench.file('rows.jsonl', rows.map((body, i) => JSON.stringify({ key: `k${i}`, body })).join('\n'));
    const packed = bench.path('out.csv.gz');
    const { code, err } = await bench.run(['score', '--in', jsonl, '--out', packed, ...bench.tiny, ...COLUMNS]);
    assert.equal(code, 0, err);
    const lines = gunzipSync(readFileSync(packed)).toString().trim().split('\n');
    assert.equal(lines[0], 'id,label,score,fine,abusive,not_read');
    const known = linesOf(readFileSync(out, 'utf8')).map(({ id, label, score = '', scores = {}, not_read = '' }) =>
      [id, label ?? '', score, scores['fine'] ?? '', scores['abusive'] ?? '', not_read].join(','),
    );
    assert.deepEqual(lines.slice(1), known);
  });

  it('writes a row for a row that cannot be read, so that rows can be counted', async () => {
    const {
      code,
      out: printed,
      err,
    } = await bench.run(['score', '--in', '-', '--out', '-', ...bench.tiny], {
      input:
        '{"id":"a","text":"good morning to everybody"}\n{"id":"b",\n{"id":"c","text":"good evening to everybody"}\n',
    });
    assert.equal(code, 0, err);
    const lines = linesOf(printed);
    assert.deepEqual(
      lines.map(({ not_read }) => not_read),
      [undefined, 'rejected', undefined],
    );
  });

  it('says that the disk is full, and fails', async () => {
    const { code, err } = await bench.run([
      'score',
      '--in',
      table,
      '--out',
      '/dev/full',
      '--format',
      'csv',
      ...bench.tiny,
      ...COLUMNS,
    ]);
    assert.equal(code, 1);
    assert.match(err, /\/dev\/full: there is no room left/);
    assert.match(err, /Free some space/);
  });

  it('keeps the rows of a run that was stopped in FILE.part', async () => {
    const many = bench.file('many.csv', asCsv(Array.from({ length: 400 }, () => sentences(25)).flat()));
    const target = bench.path('stopped.jsonl');
    const { code, err } = await bench.run(['score', '--in', many, '--out', target, ...bench.tiny, ...COLUMNS], {
      onErr: (text, kill) => {
        if (!text.includes('Scoring') || !existsSync(`${target}.part`)) return false;
        setTimeout(() => kill('SIGINT'), 1000);
        return true;
      },
    });
    assert.equal(code, 130, err);
    assert.equal(existsSync(target), false);
    const kept = readFileSync(`${target}.part`, 'utf8');
    const said = Number(/first ([\d,]+) rows? lie/.exec(err)?.[1]?.replaceAll(',', ''));
    assert.equal(kept === '' ? 0 : linesOf(kept).length, said, err);
  });

  it('names the columns that there are when one is not', async () => {
    const { code, err } = await bench.run(['score', '--in', table, '--out', '-', ...bench.tiny, '--text', 'text']);
    assert.equal(code, 1);
    assert.match(err, /rows\.csv: there is no column "text"/);
    assert.match(err, /key, body/);
  });
});
