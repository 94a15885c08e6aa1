import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { Workspace } from '../../desk/store/workspace.ts';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const few = bench.file('few.json', discordExport(sentences(5)));
const model = readFileSync(bench.model);

/** Where a run must end: 1, with a message that names the file and says what to do, without a stack trace. */
async function fails(words: readonly string[], ...told: readonly RegExp[]): Promise<string> {
  const { code, out, err } = await bench.run(words);
  assert.equal(code, 1, `${out}\n${err}`);
  for (const part of told) assert.match(err, part);
  assert.doesNotMatch(err, /\n\s+at |TypeError|RangeError|should not happen/);
  return err;
}

describe('a model file', () => {
  const withModel = (file: string): string[] => ['triage', few, '--model', file, '--adapter', bench.adapter];

  it('that was cut is refused by name', async () => {
    await fails(withModel(bench.file('cut.gguf', model.subarray(0, 3_000_000))), /cut\.gguf/, /get it again|another/i);
  });

  it('that is hostile is refused by name', async () => {
    const hostile = Buffer.from(model.subarray(0, 4096));
    // More tensors than any file can hold.
    hostile.writeBigUInt64LE(2n ** 62n, 8);
    await fails(withModel(bench.file('hostile.gguf', hostile)), /hostile\.gguf/);
  });

  it('that is no GGUF, missing, or a folder is refused by name', async () => {
    await fails(withModel(bench.file('text.gguf', 'this is no model')), /text\.gguf/);
    await fails(withModel(bench.path('absent.gguf')), /absent\.gguf: there is no such model file/);
    mkdirSync(bench.path('folder.gguf'));
    await fails(withModel(bench.path('folder.gguf')), /folder\.gguf is a folder/);
  });
});

describe('an adapter', () => {
  it('for another base is refused, and both are named', async () => {
    const other = bench.writeAdapter('other.gguf', 'ab'.repeat(32));
    await fails(['triage', few, '--model', bench.model, '--adapter', other], /tiny/, /abababab/, /trained on/);
  });

  it('whose base is not on this computer says how to get it', async () => {
    const other = bench.writeAdapter('other.gguf', 'ab'.repeat(32));
    await fails(['triage', few, '--adapter', other], /other\.gguf/, /models add/);
  });

  it('that was cut is refused by name', async () => {
    const bytes = readFileSync(bench.adapter);
    await fails(
      ['triage', few, '--adapter', bench.file('half.gguf', bytes.subarray(0, bytes.length / 2))],
      /half\.gguf/,
    );
  });
});

describe('an export', () => {
  const triage = (file: string): string[] => ['triage', file, ...bench.tiny];

  it('that is missing or empty is named', async () => {
    await fails(triage(bench.path('absent.json')), /absent\.json/);
    await fails(triage(bench.file('empty.json', '')), /empty\.json/);
  });

  it('in another encoding is read, and that is said', async () => {
    const latin = Buffer.concat([
      Buffer.from('text\n'),
      Buffer.from('a caf\xe9 by the harbour, and nothing else\n', 'latin1'),
    ]);
    const { code, out, err } = await bench.run([...triage(bench.file('latin.csv', latin)), '--json']);
    assert.equal(code, 0, err);
    assert.match(err, /Windows-1252/);
    assert.match(out, /café/);
  });

  it('with NUL bytes, lone surrogates or a message of 10 MB loses no other message', async () => {
    const texts = ['nul \u0000 byte', 'half \ud800 a pair', 'long '.repeat(2_000_000), ...sentences(3)];
    const { code, out, err } = await bench.run([
      ...triage(bench.file('odd.json', discordExport(texts))),
      '--json',
      '--top',
      'all',
    ]);
    assert.equal(code, 0, err);
    const { queue, summary } = JSON.parse(out) as { queue: unknown[]; summary: { not_read: Record<string, number> } };
    assert.equal(queue.length, 5);
    assert.deepEqual(summary.not_read, { 'over-long': 1 });
  });

  it('with a column that there is not names those that there are', async () => {
    const table = bench.file('t.csv', 'said,who\nhello there everybody,ann\n');
    await fails([...triage(table), '--map', 'text=body'], /t\.csv/, /said, who/);
  });
});

describe('a workspace', () => {
  it('from a newer version is not touched', async () => {
    const path = bench.path('newer.moderato');
    Workspace.create(path).close();
    const bytes = readFileSync(path);
    // user_version of SQLite's header
    bytes.writeUInt32BE(99, 60);
    writeFileSync(path, bytes);
    await fails(
      ['triage', few, ...bench.tiny, '--workspace', path],
      /newer\.moderato/,
      /newer Moderato/,
      /read here, not changed/,
    );
    assert.deepEqual(readFileSync(path), bytes);
  });

  it('that is another file is not touched', async () => {
    const path = bench.file('notes.moderato', 'my notes, not a workspace at all');
    await fails(['import', few, '--workspace', path], /notes\.moderato is not a Moderato workspace/);
    assert.equal(readFileSync(path, 'utf8'), 'my notes, not a workspace at all');
  });

  it('that is a pipe is refused, and nobody waits for what comes out of it', async (t) => {
    const pipe = bench.path('pipe.moderato');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return t.skip('no pipes can be made here');
    await fails(['queue', '--workspace', pipe], /pipe\.moderato is not a Moderato workspace: it is not a file/);
  });

  it('on a full disk keeps what was saved, and goes on when there is room', async (t) => {
    const disk = bench.path('disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      t.skip('a small disk can be mounted by root alone');
      return;
    }
    try {
      const path = `${disk}/full.moderato`;
      const many = bench.file('many.json', discordExport(sentences(6000)));
      await fails(['import', many, '--workspace', path], /full\.moderato/, /no room left/, /Free some space/);
      assert.ok(existsSync(path));
      execFileSync('mount', ['-o', 'remount,size=200m', disk]);
      const { code, out, err } = await bench.run(['import', many, '--workspace', path]);
      assert.equal(code, 0, err);
      assert.match(out, /6,000 rows/);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
