import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { sentencesOf } from '../desk/retrain/community.ts';
import { Bench, discordExport } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const workspace = bench.path('w.moderato');

async function ada(verb: string, ...words: string[]) {
  return await bench.run([...verb.split(' '), '--workspace', workspace, ...words], {
    env: { MODERATO_REVIEWER: 'Ada' },
  });
}

describe('retraining from the command line', () => {
  it('refuses with few decisions, learns, recommends, promotes what is meant, and goes back', async () => {
    const file = bench.file('some.json', discordExport(sentencesOf(120)));
    assert.equal((await bench.run(['triage', file, ...bench.tiny, '--workspace', workspace, '--json'])).code, 0);
    const early = await ada('retrain', '--model', bench.model);
    assert.equal(early.code, 1);
    assert.match(early.err, /too few decisions to learn from: none of 40/);
    const { queue } = JSON.parse((await ada('queue', '--top', 'all', '--json')).out) as { queue: { item: number }[] };
    const items = queue.map(({ item }) => item);
    const half = (odd: number): string => items.filter((item) => item % 2 === odd).join(',');
    assert.equal((await ada('label', '--as', 'abusive', '--item', half(0))).code, 0);
    assert.equal((await ada('label', '--as', 'fine', '--item', half(1))).code, 0);

    const asked = await ada('retrain', '--model', bench.model, '--promote', 'ask');
    assert.equal(asked.code, 2, 'nobody can be asked');
    const made = await ada('retrain', '--model', bench.model, '--promote', 'auto', '--json');
    assert.equal(made.code, 0, made.err);
    const { revision, comparison, promoted } = JSON.parse(made.out) as {
      revision: number;
      promoted: number | null;
      comparison: { recommendation: string; on: string };
    };
    assert.equal(comparison.on, 'decisions');
    const better = comparison.recommendation === 'better';
    assert.equal(promoted, better ? revision : null);
    if (better) assert.equal((await ada('revisions roll-back')).code, 0);
    const listed = await ada('revisions list');
    assert.match(listed.out, / 1 {2}tiny {2}in use/);
    assert.match(listed.out, new RegExp(` ${revision} {2}trained here\\n.*from \\d+ messages\\n.*against 1: `));

    const promote = ['revisions promote', String(revision)] as const;
    if (better) assert.equal((await ada(...promote)).code, 0);
    else {
      const refused = await ada(...promote);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /not recommended/);
      const once = await ada(...promote, '--override', comparison.recommendation);
      assert.equal(once.code, 2, 'it is asked twice');
      assert.match(once.err, /--sure/);
      assert.equal((await ada(...promote, '--override', comparison.recommendation, '--sure')).code, 0);
    }
    assert.match((await ada('revisions list')).out, /trained here {2}in use/);
    assert.match((await ada('audit verify')).out, /whole/);
    assert.match((await ada('revisions roll-back')).out, /revision 1 again/);
    assert.equal((await ada('revisions roll-back')).code, 1);
    assert.match((await ada('revisions list')).out, / 1 {2}tiny {2}in use/);

    const shown = await ada('retrain', '--model', bench.model);
    assert.equal(shown.code, 0, shown.err);
    const [flip] = /^ {2}\S+ → \S+ {2}.*\n +item \d+ · (?:decided \S+|nobody decided it yet)$/m.exec(shown.out) ?? [];
    assert.ok(flip !== undefined, shown.out);
    const item = Number(/item (\d+)/.exec(flip)?.[1]);
    const { queue: all } = JSON.parse((await ada('queue', '--status', 'all', '--top', 'all', '--json')).out) as {
      queue: { item: number; text: string }[];
    };
    const { text } = all.find((one) => one.item === item) ?? assert.fail();
    assert.ok(flip.includes(text.slice(0, 20)), 'whoever is to say which verdict is right can read the message');
  });
});
