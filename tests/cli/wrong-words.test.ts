/** What somebody types by mistake: every verb says what is wrong and what to do, and touches nothing. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const workspace = bench.path('w.moderato');

before(async () => {
  const few = bench.file('few.json', discordExport(sentences(30)));
  const { code, err } = await bench.run(['triage', few, ...bench.tiny, '--workspace', workspace]);
  assert.equal(code, 0, err);
  mkdirSync(bench.path('folder'));
});

interface Told {
  readonly code?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A verb on the workspace that must end with `code`, and say `what` and what to do, in words. */
async function refused(words: string, what: RegExp, todo: RegExp, { code = 1, env = {} }: Told = {}): Promise<void> {
  const run = await bench.run(
    words.split(' ').map((word) => (word === "''" ? '' : word)),
    {
      env: { MODERATO_REVIEWER: 'Ada', ...env },
    },
  );
  const said = `${words}\n${run.out}\n${run.err}`;
  assert.equal(run.code, code, said);
  assert.match(run.err, what, said);
  assert.match(run.err, todo, said);
  assert.doesNotMatch(run.err, /\n\s+at |E[A-Z]{4,}:|should not happen|Input validation|Too (small|big)|\.\s\(/, said);
}

describe('a place that is not there', () => {
  it('is named: for a workspace, a copy, and what is written', async () => {
    const absent = /There is no workspace absent\.moderato \(.*absent\.moderato\)\.\n/;
    for (const verb of ['queue', 'retrain', 'agreement', 'audit verify', 'report --out r.html', 'insights'])
      await refused(`${verb} --workspace absent.moderato`, absent, /Check the path/);
    for (const verb of ['queue', 'triage few.json'])
      await refused(`${verb} -w none/w.moderato`, /There is no folder .*none/, /make the folder first/);
    await refused('workspace copy -w w.moderato --to none/c.moderato', /There is no folder .*none/, /make the folder/);
    const written = /none\/out\.\w+.* cannot be written.*no such file or directory/;
    const into = [
      'export --out none/out.csv',
      'report --out none/out.html',
      'evidence export --item 1 --out none/out.zip',
    ];
    for (const verb of into) await refused(`${verb} -w w.moderato`, written, /Check the path and its permissions/);
    writeFileSync(bench.path('rows.csv'), 'text\nhello there everybody\n');
    await refused(
      `score --in rows.csv --out none/out.jsonl --model tiny.gguf --adapter tiny.adapter.gguf`,
      written,
      /Check the path and its permissions/,
    );
    await refused('policies -w w.moderato --put a --file absent.txt', /absent\.txt: no such file/, /Check the path/);
    await refused('policies -w w.moderato --put a --file folder', /directory/, /Name a file, not a folder/);
  });
});

describe('a file of another kind', () => {
  it('is not taken for a workspace, a model, signed decisions or evidence', async () => {
    writeFileSync(bench.path('notes.txt'), 'my notes');
    await refused('audit verify -w notes.txt', /notes\.txt is not a Moderato workspace/, /Choose a file/);
    await refused('merge notes.txt -w w.moderato', /notes\.txt is no file of signed decisions/, /export --signed/);
    await refused('opine -w w.moderato --model notes.txt', /notes\.txt: .*not a GGUF file/, /Give a \.gguf file/);
    await refused('triage -w w.moderato --adapter notes.txt', /notes\.txt/, /Give a \.gguf file|Name|adapter/);
    await refused(
      'triage -w w.moderato --adapter tiny.adapter.gguf --model tiny.adapter.gguf',
      /tiny\.adapter\.gguf is an adapter, not a base model/,
      /--adapter/,
    );
    const verified = await bench.run(['evidence', 'verify', 'notes.txt']);
    assert.equal(verified.code, 1);
    assert.match(
      verified.out,
      /^notes\.txt: it is no zip archive, or its end is missing\. Ask for the file as it was made\.\n$/,
    );
    assert.equal(readFileSync(bench.path('notes.txt'), 'utf8'), 'my notes');
  });

  it('that is a damaged workspace is left as it is', async () => {
    const bytes = readFileSync(workspace);
    for (let i = bytes.length >> 1; i < (bytes.length >> 1) + 6000; i++) bytes[i]! ^= 0x5a;
    writeFileSync(bench.path('damaged.moderato'), bytes);
    const damaged = /damaged\.moderato is damaged: .*\(.*damaged\.moderato\)\.\n/;
    for (const verb of ['queue', 'audit verify', 'workspace check'])
      await refused(`${verb} -w damaged.moderato`, damaged, /last copy/);
    assert.deepEqual(readFileSync(bench.path('damaged.moderato')), bytes);
  });
});

describe('words that the desk does not take', () => {
  it('are wrong usage, named by what they were given as', async () => {
    const usage = { code: 2 };
    const help = /--help/;
    await refused("retrain -w w.moderato --name ''", /name: it cannot be empty/, help, usage);
    await refused("hold put -w w.moderato --item 4 --reason ''", /reason: it cannot be empty/, help, usage);
    await refused(
      `labels -w w.moderato --add y --key ${'k'.repeat(21)}`,
      /key: it can have 20 signs at most/,
      help,
      usage,
    );
    const many = Array.from({ length: 1001 }, (_, i) => 1 + (i % 30)).join(',');
    await refused(`label -w w.moderato --as fine --item ${many}`, /seen: it can have 1000 at most/, help, usage);
    await refused('protect -w w.moderato', /passphrase: it must have 8 signs or more/, help, {
      ...usage,
      env: { MODERATO_PASSPHRASE_NEW: 'short' },
    });
    await refused('protect -w w.moderato', /A passphrase is needed/, /Set MODERATO_PASSPHRASE_NEW/, usage);
    await refused('serve --port 99999', /from 0 to 65535/, help, usage);
    await refused("undo -w w.moderato --reviewer ''", /Nobody is named/, /--reviewer NAME/, usage);
    await refused('audit verify', /required option/, /`moderato audit verify --help`/, usage);
    await refused('triage --nope', /unknown option/, /`moderato triage --help`/, usage);
    assert.equal(existsSync(bench.path('w.moderato-lock')), false);
  });

  it('are not what an erasure or an undo can do', async () => {
    assert.equal((await bench.run(['hold', 'put', '-w', workspace, '--item', '2', '--reason', 'court'])).code, 0);
    await refused('erase -w w.moderato --item 2 --reason x', /This message is on hold\./, /Release what is on hold/);
    assert.equal(
      (await bench.run(['label', '-w', workspace, '--as', 'fine', '--item', '3', '--reviewer', 'Bo'])).code,
      0,
    );
    assert.equal((await bench.run(['undo', '-w', workspace, '--reviewer', 'Bo'])).code, 0);
    await refused('undo -w w.moderato --reviewer Bo', /nothing to undo/, /or has taken all of it back/);
  });
});
