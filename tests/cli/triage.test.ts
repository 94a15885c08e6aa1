import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { z } from 'zod';
import { Forecast, Guarantee } from '../../desk/contract/guarantee.ts';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const Row = z.looseObject({
  rank: z.int(),
  id: z.string(),
  author: z.string(),
  label: z.enum(['fine', 'abusive']),
  score: z.number(),
  scores: z.record(z.string(), z.number()),
  text: z.string(),
});
const Summary = z.looseObject({
  kinds: z.record(z.string(), z.int()),
  scored: z.int(),
  waiting: z.int(),
  rejected: z.int(),
  not_read: z.record(z.string(), z.int()),
  other_languages: z.record(z.string(), z.int()),
});
const Targets = Summary.extend({ forecast: Forecast.nullable(), guarantee: Guarantee.nullable() });
const Printed = z.strictObject({ queue: z.array(Row), summary: Summary });

const few = bench.file('few.json', discordExport(sentences(30)));
/** Ends in the middle of a message. */
const cut = bench.file('cut.json', discordExport(sentences(30)).slice(0, -1500));

const ESC = '\u001b';
const HOSTILE = [
  `clear ${ESC}[2J${ESC}]0;title\u0007 the screen`,
  'order \u202ereversed\u202c text',
  'nul \u0000 and \u009b31m',
  'lone \ud800 half',
];

describe('triage', () => {
  it('says in a line, and in JSON, that an import reads otherwise than those before', async () => {
    const first = bench.file('usual.json', discordExport(sentences(200)));
    const kept = ['--workspace', bench.path('drift.moderato'), ...bench.tiny];
    const { out } = await bench.run(['triage', first, ...kept, '--json', '--top', '60']);
    const { queue } = Printed.parse(JSON.parse(out));
    const highest = bench.file('other.csv', `id,text\n${queue.map(({ text }, i) => `${i},${text}\n`).join('')}`);
    const later = await bench.run(['triage', highest, ...kept, '--top', '1']);
    assert.equal(later.code, 0, later.err);
    assert.match(
      later.out.replaceAll(/\s+/g, ' '),
      /The scores of \S*other\.csv are (very different from|not quite) those/,
    );
    const again = await bench.run(['triage', ...kept, '--json', '--top', '1']);
    assert.deepEqual((JSON.parse(again.out) as { summary: { notices: unknown } }).summary.notices, []);
  });

  it('prints the final order as JSON, and nothing else on standard output', async () => {
    const { code, out, err } = await bench.run(['triage', few, ...bench.tiny, '--json', '--top', 'all']);
    assert.equal(code, 0, err);
    const { queue, summary } = Printed.parse(JSON.parse(out));
    assert.equal(queue.length, 30);
    assert.deepEqual(
      queue.map(({ rank }) => rank),
      queue.map((_, i) => i + 1),
    );
    for (const [i, { score, scores, label, author }] of queue.entries()) {
      assert.ok(score <= (queue[i - 1]?.score ?? 1), 'highest first');
      assert.ok(Math.abs(score - (scores['abusive'] ?? 0)) < 1e-6);
      assert.equal(label, score >= 0.5 ? 'abusive' : 'fine');
      assert.match(author, /^user-/, 'names stay in the workspace');
    }
    assert.equal(new Set(queue.map(({ id }) => id)).size, 30);
    assert.equal(summary.scored, 30);
    assert.doesNotMatch(err, /PROVISIONAL/);
  });

  it('marks the provisional list and leaves nothing of a temporary workspace behind', async () => {
    const many = bench.file('many.json', discordExport(sentences(1500)));
    const { code, out, err } = await bench.run(['triage', many, ...bench.tiny, '--top', '3']);
    assert.equal(code, 0, err);
    assert.match(err, /PROVISIONAL top 10/);
    assert.doesNotMatch(out, /PROVISIONAL/);
    assert.match(out, /^1 {2}[.\d]+ {2}(abusive|fine)/m);
    assert.match(out, /1,500 messages; 1,500 read by the model/);
    assert.match(err, /temporary file, removed at the end/);
    assert.deepEqual(
      readdirSync(bench.folder).filter((name) => name.startsWith('moderato-run-')),
      [],
    );
  });

  it('sends no control character of a message to the terminal, and masks slurs there only', async () => {
    const file = bench.file('hostile.json', discordExport([...HOSTILE, 'what a bitch', ...sentences(3)]));
    const shown = await bench.run(['triage', file, ...bench.tiny]);
    assert.equal(shown.code, 0, shown.err);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    assert.doesNotMatch(shown.out + shown.err, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\ud800-\udfff]/);
    assert.match(shown.out, /‹U\+001B›\[2J/);
    assert.match(shown.out, /‹U\+202E›reversed/);
    assert.match(shown.out, /b▇▇▇h/);
    assert.match((await bench.run(['triage', file, ...bench.tiny, '--unmask'])).out, /bitch/);
    const { queue } = Printed.parse(JSON.parse((await bench.run(['triage', file, ...bench.tiny, '--json'])).out));
    assert.ok(queue.some(({ text }) => text === 'what a bitch'));
  });

  it('reads on where it stopped, doubles nothing, and shows one queue of two exports', async () => {
    const workspace = bench.path('two.moderato');
    const more = bench.file('more.json', discordExport(sentences(40)));
    const words = [...bench.tiny, '--workspace', workspace, '--json', '--top', 'all'];
    const first = Printed.parse(JSON.parse((await bench.run(['triage', few, ...words])).out));
    const second = Printed.parse(JSON.parse((await bench.run(['triage', more, few, ...words])).out));
    assert.equal(second.summary.scored, 40);
    assert.equal(new Set(second.queue.map(({ id }) => id)).size, 40);
    const before = new Map(second.queue.map(({ id, score }) => [id, score]));
    for (const { id, score } of first.queue) assert.equal(before.get(id), score);
    const again = await bench.run(['queue', '--workspace', workspace, '--top', 'all', '--json']);
    assert.deepEqual((JSON.parse(again.out) as { queue: unknown }).queue, second.queue);
  });

  it('does not read languages that the adapter was not measured on, and says so', async () => {
    const german = 'Das ist eine ganz gewöhnliche Nachricht über das Wetter an der Küste heute.';
    const file = bench.file('german.json', discordExport([...sentences(4), german]));
    const workspace = bench.path('german.moderato');
    const words = ['triage', file, ...bench.tiny, '--workspace', workspace];
    const { out } = await bench.run(words);
    assert.match(out, /1 not read: 1 in a language/);
    assert.match(out, /de 1/);
    const unread = await bench.run(['queue', '--workspace', workspace, '--not-read', '--json']);
    const rows = (JSON.parse(unread.out) as { not_read: { not_read: string }[] }).not_read;
    assert.deepEqual(
      rows.map((row) => row.not_read),
      ['language'],
    );
    const all = await bench.run(['triage', file, ...bench.tiny, '--any-language', '--json']);
    assert.equal(Printed.parse(JSON.parse(all.out)).summary.scored, 5);
  });

  it('says what recall targets would cost, reads no more than the sample for that, and refuses other targets', async () => {
    const file = bench.file('targets.json', discordExport(sentences(1500)));
    const { code, out, err } = await bench.run(['triage', file, ...bench.tiny, '--forecast', '--json']);
    assert.equal(code, 0, err);
    assert.match(err, /recall of 95% (about [\d,]+|all of them), 99% /);
    const { summary } = z.object({ summary: Targets }).parse(JSON.parse(out));
    assert.ok(summary.scored < 1500, `${summary.scored} read`);
    assert.equal(summary.forecast?.texts, 1500);
    assert.equal(summary.guarantee, null);
    assert.equal(summary.waiting, 1500 - summary.scored);
    const workspace = bench.path('targets.moderato');
    const words = ['triage', file, ...bench.tiny, '--workspace', workspace, '--top', '1'];
    const sampled = await bench.run([...words, '--forecast']);
    assert.match(sampled.out.replaceAll(/\s+/g, ' '), / [\d,]+ wait to be read: that was a sample\./);
    const reached = await bench.run([...words, '--recall', '0.999']);
    assert.match(reached.out, /^All of them were read: a recall target of 99\.9% saves nothing here\.$/m);
    assert.doesNotMatch(reached.err, /top 0/, 'no list of nothing');
    const refused = await bench.run(['triage', file, ...bench.tiny, '--recall', '0.97']);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /0\.95, 0\.99, 0\.999 or all/);
  });

  it('keeps what stands before a cut, says where the file ends, and fails', async () => {
    const workspace = bench.path('cut.moderato');
    const { code, out, err } = await bench.run(['triage', cut, ...bench.tiny, '--workspace', workspace, '--json']);
    assert.equal(code, 1);
    assert.match(err, /cut\.json/);
    assert.match(err, /ends in the middle|ends too early|cut off/);
    const { summary } = Printed.parse(JSON.parse(out));
    assert.ok(summary.scored >= 20 && summary.scored < 30, `${summary.scored}`);
  });

  it('says on Ctrl-C what was kept, ends with 130, and goes on from there', async () => {
    const workspace = bench.path('stopped.moderato');
    const long = bench.file('long.json', discordExport(sentences(4000)));
    const words = ['triage', long, ...bench.tiny, '--workspace', workspace];
    const stopped = await bench.run(words, {
      onErr: (err, kill) => {
        if (!err.includes('PROVISIONAL')) return false;
        kill('SIGINT');
        return true;
      },
    });
    assert.equal(stopped.code, 130, stopped.err);
    const kept = /the scores of ([\d,]+) of 4,000 messages/.exec(stopped.err)?.[1]?.replace(',', '');
    assert.ok(kept !== undefined, stopped.err);
    const went = await bench.run([...words, '--json']);
    assert.equal(went.code, 0, went.err);
    assert.equal(Printed.parse(JSON.parse(went.out)).summary.scored, 4000);
  });

  it('with another adapter says which model the queue had, and writes down who changed it', async () => {
    const workspace = bench.path('changed.moderato');
    const first = await bench.run(['triage', few, ...bench.tiny, '--workspace', workspace]);
    assert.equal(first.code, 0, first.err);
    assert.doesNotMatch(first.err, /The queue had/);
    const links = async (): Promise<unknown> =>
      JSON.parse((await bench.run(['audit', 'heads', '--workspace', workspace, '--json'])).out);
    assert.deepEqual(await links(), [], 'the first model is nobody\u2019s change');
    const other = bench.writeAdapter('other.adapter.gguf', bench.sha256, ['en'], 9);
    const named = ['triage', '--workspace', workspace, '--model', bench.model, '--deterministic', '--adapter', other];
    const changed = await bench.run([...named, '--reviewer', 'Ada', '--json']);
    assert.equal(changed.code, 0, changed.err);
    assert.match(changed.err, /The queue had tiny, and has tiny from now on: that is written down, by Ada/);
    const again = await bench.run([...named, '--reviewer', 'Grace', '--json']);
    assert.doesNotMatch(again.err, /The queue had/);
    const heads = z.array(z.object({ reviewer: z.object({ name: z.string() }), links: z.int() })).parse(await links());
    assert.deepEqual(
      heads.map(({ reviewer, links: count }) => [reviewer.name, count]),
      [['Ada', 1]],
      'whoever changes nothing is not added',
    );
    assert.match((await bench.run(['revisions', 'roll-back', '--workspace', workspace])).out, /revision 1 again/);
  });

  it('ends quietly when nobody reads on', async () => {
    const { err } = await bench.run(['triage', bench.path('many.json'), ...bench.tiny, '--json', '--top', 'all'], {
      closeAfter: 1,
    });
    assert.doesNotMatch(err, /EPIPE|Error/);
  });

  it('maps the columns of a table', async () => {
    const table = bench.file(
      't.csv',
      `nr,who,said\n${sentences(5)
        .map((text, i) => `${i},ann,"${text}"`)
        .join('\n')}\n`,
    );
    const words = ['triage', table, ...bench.tiny, '--json', '--map', 'text=said,author=who,id=nr'];
    const { code, out, err } = await bench.run(words);
    assert.equal(code, 0, err);
    assert.deepEqual(
      Printed.parse(JSON.parse(out))
        .queue.map(({ id }) => id)
        .sort(),
      ['0', '1', '2', '3', '4'],
    );
  });
});

describe('import', () => {
  it('says what is new and what was there, and leaves no file where nothing could be read', async () => {
    const workspace = bench.path('import.moderato');
    assert.match((await bench.run(['import', few, '--workspace', workspace])).out, /30 new, 0 already there/);
    assert.match((await bench.run(['import', few, '--workspace', workspace])).out, /0 new, 30 already there/);
    const nothing = bench.path('nothing.moderato');
    const { code, err } = await bench.run(['import', bench.path('absent.json'), '--workspace', nothing]);
    assert.equal(code, 1);
    assert.match(err, /absent\.json/);
    assert.equal(existsSync(nothing), false);
  });
});

describe('queue', () => {
  const workspace = bench.path('queue.moderato');

  it('needs something that was scored, unless it goes by what needs no score', async () => {
    await bench.run(['import', few, '--workspace', workspace]);
    const { code, err } = await bench.run(['queue', '--workspace', workspace]);
    assert.equal(code, 1);
    assert.match(err, /scored yet/);
    const newest = await bench.run(['queue', '--workspace', workspace, '--order', 'newest', '--top', '2']);
    assert.equal(newest.code, 0);
    assert.match(newest.out, /^1 +– +unread/);
    assert.match(newest.err, /2 shown; none has been scored yet/);
  });

  it('filters by words, channel and label', async () => {
    assert.equal((await bench.run(['triage', ...bench.tiny, '--workspace', workspace])).code, 0);
    const rows = async (...words: string[]) => {
      const { out, err } = await bench.run(['queue', '--workspace', workspace, '--json', '--top', 'all', ...words]);
      return z.object({ queue: z.array(Row) }).parse(JSON.parse(out || err)).queue;
    };
    assert.deepEqual(
      (await rows('--search', 'number 17')).map(({ text }) => text),
      [sentences(30)[17]],
    );
    assert.equal((await rows('--channel', '#general')).length, 30);
    const other = await bench.run(['queue', '--workspace', workspace, '--channel', 'other']);
    assert.equal(other.code, 2);
    assert.match(other.err, /There is general\./);
    const labels = [...(await rows('--label', 'fine')), ...(await rows('--label', 'abusive'))];
    assert.equal(labels.length, 30);
    const { code, err } = await bench.run(['queue', '--workspace', workspace, '--label', 'rude']);
    assert.equal(code, 1);
    assert.match(err, /fine, abusive/);
  });
});
