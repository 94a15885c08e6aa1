import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { underStrace } from './strace.ts';

const folder = mkdtempSync(join(tmpdir(), 'moderato-offline-'));
after(() => rmSync(folder, { recursive: true }));

const launcher = fileURLToPath(new URL('../../cli/moderato.js', import.meta.url));

// Texts that invite a program to look something up.
const rows = Array.from({ length: 40 }, (_, i) =>
  i % 2 === 0
    ? `m${i},ann,2024-05-01T10:${10 + i}:00Z,general,"thanks for the link https://example.org/${i} it helped",fine`
    : `m${i},bob,2024-05-01T10:${10 + i}:00Z,general,"you are the worst player here, write to x${i}@example.org",abusive`,
);
const table = join(folder, 'rows.csv');
writeFileSync(table, ['id,author,date,channel,text,label', ...rows].join('\n'));

async function offline(...words: string[]): Promise<string> {
  const traced = await underStrace([process.execPath, launcher, ...words]);
  assert.equal(traced.code, 0, `moderato ${words.join(' ')}\n${traced.stderr}`);
  assert.deepEqual(traced.internet, []);
  return traced.stdout;
}

const adapter = join(folder, 'a.gguf');

describe('a verb asks for no internet socket, nor does any process that it starts', () => {
  it('train', async () => {
    await offline('train', '--train', table, '--dev', table, '--method', 'probe', '--out', adapter);
    assert.ok(statSync(adapter).size > 1000);
  });

  it('triage, with what was trained', async () => {
    assert.ok(Array.isArray(JSON.parse(await offline('triage', table, '--adapter', adapter, '--json')).queue));
  });

  it('opine', async () => {
    const workspace = join(folder, 'w.moderato');
    await offline('triage', table, '--adapter', adapter, '--workspace', workspace, '--json');
    const larger = fileURLToPath(new URL('../../native-models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url));
    const report = await offline('opine', '--workspace', workspace, '--model', larger, '--top', '3', '--json');
    assert.equal(JSON.parse(report).asked, 3);
  });

  it('score, with what was trained', async () => {
    const scored = join(folder, 'scored.jsonl');
    await offline('score', '--in', table, '--out', scored, '--adapter', adapter);
    assert.equal(readFileSync(scored, 'utf8').trim().split('\n').length, rows.length);
  });
});
