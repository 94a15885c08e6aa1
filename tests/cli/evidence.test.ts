import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const workspace = bench.path('w.moderato');
const original = bench.file('few.json', discordExport(sentences(12)));

async function ada(verb: string, ...words: string[]) {
  return await bench.run([...verb.split(' '), '--workspace', workspace, ...words], {
    env: { MODERATO_REVIEWER: 'Ada' },
  });
}

async function done(ended: ReturnType<typeof ada>): Promise<string> {
  const { code, err, out } = await ended;
  assert.equal(code, 0, err);
  return out;
}

before(async () => {
  await done(bench.run(['import', original, '--workspace', workspace]));
  await done(ada('labels', '--add', 'insult', '--severity', '2'));
  await done(ada('label', '--as', 'insult', '--item', '2,5'));
});

describe('what leaves the workspace from the command line', () => {
  it('is decisions in the format that the name says, or that is asked for', async () => {
    for (const [name, words] of [
      ['d.csv', []],
      ['d.jsonl', []],
      ['d.parquet', []],
      ['d.json', ['--format', 'argilla']],
    ] as const)
      assert.match(await done(ada('export', '--out', bench.path(name), ...words)), /: 2 decisions\.\n$/);
    const tasks = await done(ada('export', '--out', bench.path('t.json'), '--format', 'label-studio'));
    assert.match(tasks, /<Choice value="insult"\/>/);
    for (const name of ['d.csv', 'd.jsonl', 'd.parquet', 'd.json', 't.json']) {
      const other = ['--workspace', bench.path(`of-${name}.moderato`)] as const;
      await done(bench.run(['import', bench.path(name), ...other]));
      const back = await done(bench.run(['queue', ...other, '--order', 'newest', '--json']));
      const { queue } = JSON.parse(back) as {
        queue: { decided_elsewhere: { labels: string[]; reviewer: string }[] }[];
      };
      const [said] = queue[0]?.decided_elsewhere ?? [];
      assert.deepEqual([queue.length, said?.labels], [2, ['insult']], `what ${name} holds can be looked at again`);
      assert.match(said?.reviewer ?? '', /^reviewer-/);
    }
    assert.equal((JSON.parse(readFileSync(bench.path('t.json'), 'utf8')) as unknown[]).length, 2);
    const unsaid = await ada('export', '--out', bench.path('u.json'));
    assert.equal(unsaid.code, 2);
    assert.match(unsaid.err, /--format csv\|jsonl\|parquet\|label-studio\|argilla/);
  });

  it('is evidence, which is checked without the workspace, against the original, and with a byte changed', async () => {
    const zip = bench.path('e.zip');
    assert.match(
      await done(ada('evidence export', '--decided', 'insult', '--out', zip)),
      /2 messages, under pseudonyms/,
    );
    assert.ok(!readFileSync(zip).includes('name-1'));
    assert.match(await done(bench.run(['evidence', 'verify', zip])), /^2 messages in \d+ files, as they were signed/);
    const against = await done(bench.run(['evidence', 'verify', zip, '--source', original]));
    assert.match(against, /Found in the export as here: 2 records/);
    const named = bench.path('n.zip');
    assert.match(await done(ada('evidence export', '--item', '2', '--names', '--out', named)), /your chain says so/);
    assert.ok(readFileSync(named).includes('name-1'));
    assert.match(await done(ada('audit verify')), /Ada: \d+ links, whole/);
    const bytes = readFileSync(named);
    const at = bytes.indexOf('weather');
    bytes.write('W', at);
    writeFileSync(named, bytes);
    const found = await bench.run(['evidence', 'verify', named]);
    assert.equal(found.code, 1);
    assert.match(found.out, /^messages\/00001\/record-1\.json: it was changed/m);
    const nothing = await ada('evidence export', '--out', zip);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /--item/);
    assert.equal((await ada('evidence export', '--item', '99', '--out', bench.path('x.zip'))).code, 1);
  });

  it('is a report, signed', async () => {
    const page = bench.path('r.html');
    await done(ada('report', '--out', page));
    assert.doesNotMatch(readFileSync(page, 'utf8'), /weather/);
    assert.match(await done(bench.run(['evidence', 'verify', page])), /as it was signed/);
    await done(ada('report', '--texts', '--out', page));
    assert.match(readFileSync(page, 'utf8'), /weather/);
  });
});
