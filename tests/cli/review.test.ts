import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const workspace = bench.path('w.moderato');
const few = bench.file('few.json', discordExport(sentences(80)));

/** A verb on the workspace, as Ada. */
async function ada(verb: string, ...words: string[]) {
  return await bench.run([...verb.split(' '), '--workspace', workspace, ...words], {
    env: { MODERATO_REVIEWER: 'Ada' },
  });
}

interface Row {
  readonly item: number;
  readonly author: string;
  readonly status: string;
}

async function queue(...words: string[]): Promise<readonly Row[]> {
  const { out, err, code } = await ada('queue', '--json', '--top', 'all', ...words);
  assert.equal(code, 0, err);
  return (JSON.parse(out) as { queue: Row[] }).queue;
}

const done = ({ code, err }: { readonly code: number | null; readonly err: string }): void =>
  assert.equal(code, 0, err);

describe('a community, moderated from the command line', () => {
  it('is read, decided, taken back, escalated, explained, proved, erased and proved again', async () => {
    done(await bench.run(['triage', few, ...bench.tiny, '--workspace', workspace, '--json']));
    const all = await queue();
    assert.equal(all.length, 80);
    const labels = await ada('labels', '--contact', 'Call the desk of trust');
    assert.match(labels.out, /fine +0 nothing to act on/);
    assert.match(labels.out, /abusive +2 serious/);

    const first = all.slice(0, 60).map(({ item }) => item);
    done(await ada('label', '--as', 'abusive', '--item', first.slice(0, 30).join(','), '--reason', 'rule 1'));
    for (let at = 30; at < 60; at += 6)
      done(await ada('label', '--as', 'fine', '--item', first.slice(at, at + 6).join(',')));
    assert.equal((await queue()).length, 20);
    assert.equal((await queue('--status', 'decided')).length, 60);
    assert.equal((await queue('--decided', 'fine')).length, 30);
    const undone = await ada('undo', '--times', '5');
    assert.match(undone.out, /30 messages in all/);
    assert.equal((await queue('--decided', 'fine')).length, 0);
    done(await ada('redo', '--times', '2'));
    assert.equal((await queue('--decided', 'fine')).length, 12);

    const last = all.at(-1);
    assert.ok(last);
    const escalated = await ada('escalate', '--item', String(last.item), '--reason', 'self-harm');
    assert.match(escalated.out, /Call the desk of trust/);
    assert.equal((await queue())[0]?.item, last.item, 'what cannot wait comes first');
    const decided = String(first[0]);
    const reopened = await bench.run([
      'reopen',
      '--workspace',
      workspace,
      '--item',
      decided,
      '--reason',
      'appeal',
      '--reviewer',
      'Ben',
    ]);
    done(reopened);
    const refused = await ada('label', '--as', 'fine', '--item', decided);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /somebody else/);

    const why = await ada('explain', '--item', decided, '--json');
    done(why);
    assert.ok((JSON.parse(why.out) as { words: unknown[] }).words.length > 0);

    const verified = await ada('audit verify');
    done(verified);
    assert.match(verified.out, /Ada: \d+ links, whole/);
    const heads = JSON.parse((await ada('audit heads', '--json')).out) as { head: string }[];
    const author = all[3]?.author ?? '';
    const erased = await ada('erase', '--author', author, '--reason', 'asked to');
    assert.match(erased.out, /^Erased \d+ messages?\./);
    assert.ok((await queue('--status', 'all')).every((row) => row.author !== author));
    const again = await ada('audit verify', '--head', heads[0]?.head ?? '');
    done(again);
    assert.match(again.out, /signed/);
    assert.match(again.out, /where it was/);
    assert.equal((await ada('audit verify', '--head', 'a'.repeat(64))).code, 1);

    const out = bench.path('decisions.csv');
    done(await ada('export', '--out', out));
    assert.match(readFileSync(out, 'utf8').split('\n')[0] ?? '', /^platform,channel_id,/);
  });

  it('decides all that a filter hits only when told how many these are', async () => {
    const asked = await ada('label', '--as', 'fine', '--status', 'open');
    const count = /hits ([\d,]+) message/.exec(asked.out)?.[1] ?? '';
    assert.notEqual(count, '');
    const wrong = await ada('label', '--as', 'fine', '--status', 'open', '--expect', '1');
    assert.equal(wrong.code, 2);
    done(await ada('label', '--as', 'fine', '--status', 'open', '--expect', count));
    assert.equal((await queue('--status', 'open')).length, 0);
    done(await ada('undo'));
    assert.equal(String((await queue('--status', 'open')).length), count);
  });

  it('says what there is where a name is wrong', async () => {
    for (const [words, said] of [
      [['queue', '--workspace', workspace, '--channel', 'nowhere'], /There is general/],
      [['label', '--workspace', workspace, '--as', 'nonsense', '--item', '1'], /fine, abusive/],
      [['label', '--workspace', workspace, '--as', 'fine'], /--item/],
      [['erase', '--workspace', workspace, '--reason', 'x'], /--author/],
    ] as const) {
      const { code, err } = await bench.run(words);
      assert.equal(code, 2, words.join(' '));
      assert.match(err, said);
    }
  });

  it('is encrypted with a passphrase, opened with it or with the recovery key, and not otherwise', async () => {
    const passphrase = 'correct horse battery';
    const set = await bench.run(['protect', '--workspace', workspace, '--json'], {
      env: { MODERATO_PASSPHRASE_NEW: passphrase },
    });
    done(set);
    const { recoveryKey } = JSON.parse(set.out) as { recoveryKey: string };
    const without = await bench.run(['queue', '--workspace', workspace]);
    assert.equal(without.code, 2);
    assert.match(without.err, /MODERATO_PASSPHRASE/);
    const wrong = await bench.run(['queue', '--workspace', workspace], { env: { MODERATO_PASSPHRASE: 'wrong' } });
    assert.equal(wrong.code, 1);
    for (const MODERATO_PASSPHRASE of [passphrase, recoveryKey])
      done(await bench.run(['workspace', 'check', '--workspace', workspace], { env: { MODERATO_PASSPHRASE } }));
  });
});
