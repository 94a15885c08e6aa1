import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

const few = bench.file('few.json', discordExport(sentences(50)));
const workspaces = { Ada: bench.path('ada.moderato'), Ben: bench.path('ben.moderato') };

/** A verb of somebody, on that person's own workspace unless another is named. */
async function as(who: string, verb: string, words: readonly string[], workspace?: string) {
  const own = workspaces[who as keyof typeof workspaces];
  const ended = await bench.run([...verb.split(' '), '--workspace', workspace ?? own, ...words], {
    env: { MODERATO_REVIEWER: who },
  });
  return ended;
}

async function done(...call: Parameters<typeof as>): Promise<string> {
  const { code, out, err } = await as(...call);
  assert.equal(code, 0, err);
  return out;
}

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i).join(',');

describe('several reviewers, from the command line', () => {
  it('decide apart, come together, see how far they agree, and settle the rest', async () => {
    for (const who of ['Ada', 'Ben']) await done(who, `triage ${few}`, [...bench.tiny, '--json']);
    await done('Ada', 'label', ['--as', 'abusive', '--item', numbers(1, 20)]);
    await done('Ada', 'label', ['--as', 'fine', '--item', numbers(21, 40)]);
    await done('Ben', 'label', ['--as', 'abusive', '--item', numbers(1, 18)]);
    await done('Ben', 'label', ['--as', 'fine', '--item', numbers(19, 40)]);

    const file = bench.path('ada.signed');
    assert.match(
      await done('Ada', 'export', ['--signed', '--out', file]),
      /40 links of reviewer-\w{8}\.\nHead [0-9a-f]{64}/,
    );
    assert.ok(!readFileSync(file, 'utf8').includes('Ada'));
    const report = await done('Ben', `merge ${file}`, []);
    assert.match(report, /40 new; 40 decisions among them/);
    assert.match(report, /Seen differently by reviewers: 2 messages/);
    assert.match(await done('Ben', `merge ${file}`, []), /all here already/);

    const table = await done('Ben', 'agreement', []);
    assert.match(table, /decided by several +40 +\.950 \(/);
    assert.match(table, /Ben +reviewer-\w{8} +40 +\.950 .*\.900/);
    const json = await done('Ben', 'agreement', ['--json']);
    assert.ok(!json.includes('"Ben"'), 'reviewers go by their pseudonyms');

    const differing = await done('Cleo', 'queue', ['--order', 'disagreement'], workspaces.Ben);
    assert.deepEqual([...differing.matchAll(/item (\d+)/g)].map(([, item]) => item).sort(), ['19', '20']);
    assert.match(differing, /Ben: fine · reviewer-\w{8}: abusive|reviewer-\w{8}: abusive · Ben: fine/);
    const refused = await as('Ben', 'label', ['--as', 'fine', '--item', '19', '--settle']);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /cannot settle/);
    await done('Cleo', 'label', ['--as', 'abusive', '--item', '19,20', '--settle'], workspaces.Ben);
    const left = await as('Cleo', 'queue', ['--order', 'disagreement', '--json'], workspaces.Ben);
    assert.deepEqual(JSON.parse(left.out), { queue: [] });
    assert.match(await done('Ben', 'audit verify', []), /whole/);
  });

  it('draw messages for a second reviewer, whose queue they are in', async () => {
    await done('Ada', 'label', ['--as', 'fine', '--item', numbers(41, 50)]);
    const drawn = JSON.parse(await done('Ada', 'double-review', ['--share', '0.1', '--json'])) as { items: number[] };
    assert.equal(drawn.items.length, 5);
    const queue = async (who: string): Promise<number[]> => {
      const out = await done('Ada', 'queue', ['--status', 'reopened', '--reviewer', who, '--json']);
      return (JSON.parse(out) as { queue: { item: number }[] }).queue.map(({ item }) => item).sort((a, b) => a - b);
    };
    assert.deepEqual(await queue('Ada'), []);
    assert.deepEqual(
      await queue('Dora'),
      drawn.items.toSorted((a, b) => a - b),
      'also of somebody who has decided nothing here yet',
    );
    const told = await as('Ada', 'queue', ['--status', 'reopened', '--reviewer', 'Dora']);
    assert.match(told.err, /Dora has decided nothing here yet/);
    const [one, ...others] = drawn.items;
    await done('Dora', 'label', ['--as', 'fine', '--item', String(one)], workspaces.Ada);
    assert.deepEqual(
      await queue('Dora'),
      others.toSorted((a, b) => a - b),
    );
    const wrong = await as('Ada', 'double-review', ['--share', '0']);
    assert.equal(wrong.code, 2);
  });

  it('say which line of a file does not hold, and what to do', async () => {
    const bad = bench.path('bad.signed');
    writeFileSync(bad, readFileSync(bench.path('ada.signed'), 'utf8').replace('abusive\\"]', 'fine\\"]'));
    const { code, err } = await as('Ben', `merge ${bad}`, []);
    assert.equal(code, 1);
    assert.match(err, /bad\.signed, line 2: .*\n.*[Nn]othing was merged/);
    const none = await as('Ben', `merge ${few}`, []);
    assert.match(none.err, /no file of signed decisions/);
    assert.match(none.err, /export --signed/);
  });
});
