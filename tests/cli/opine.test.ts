import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sentencesOf } from '../desk/retrain/community.ts';
import { Bench, discordExport } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const workspace = bench.path('w.moderato');
const LARGER = fileURLToPath(new URL('../../native-models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url));

const moderato = async (verb: string, ...words: string[]) =>
  await bench.run([verb, '--workspace', workspace, ...words], { env: { MODERATO_REVIEWER: 'Ada' } });

describe('second opinions from the command line', () => {
  it('writes the policy, asks, and shows what was said as the model\u2019s', async () => {
    const file = bench.file('some.json', discordExport(sentencesOf(20)));
    assert.equal((await bench.run(['triage', file, ...bench.tiny, '--workspace', workspace, '--json'])).code, 0);
    const text = bench.file('rules.txt', 'Attack ideas,\nnever people.\u001b[31m');
    const put = await moderato('policies', '--put', 'House rules', '--file', text);
    assert.equal(put.out, 'House rules\nAttack ideas,\nnever people.‹U+001B›[31m\n');
    assert.equal((await moderato('policies', '--put', 'House rules')).code, 2, 'a policy has a text');

    const asked = await moderato('opine', '--model', LARGER, '--top', '5', '--policy', 'house rules', '--json');
    assert.equal(asked.code, 0, asked.err);
    const report = JSON.parse(asked.out) as { asked: number; labels: Record<string, number> };
    assert.equal(report.asked, 5);
    assert.ok(Object.keys(report.labels).every((label) => label === 'fine' || label === 'abusive'));
    const queue = await moderato('queue', '--order', 'uncertain', '--top', 'all', '--json');
    const rows = (JSON.parse(queue.out) as { queue: { item: number; opinion: { label: string } | null }[] }).queue;
    assert.equal(rows.filter(({ opinion }) => opinion !== null).length, 5);
    const shown = await moderato('queue', '--order', 'uncertain', '--top', 'all');
    assert.equal(shown.out.match(/ says Smollm2 135M 8k Lc1…: (fine|abusive) (\.\d\d|1\.0) · /g)?.length, 5);

    for (const [label, n] of Object.entries(report.labels)) {
      const found = await moderato('queue', '--opinion', label, '--top', 'all', '--json');
      const hits = (JSON.parse(found.out) as { queue: { opinion: { label: string } | null }[] }).queue;
      assert.deepEqual(
        hits.map(({ opinion }) => opinion?.label),
        Array.from({ length: n }, () => label),
      );
    }
    assert.equal((await moderato('queue', '--opinion', 'none such')).code, 2);

    assert.equal((await moderato('opine', '--model', LARGER, '--policy', 'none such')).code, 2);
    const none = await moderato('opine', '--model', LARGER, '--search', 'nobodysaidthis');
    assert.deepEqual([none.code, /No message fits/.test(none.err)], [1, true], none.err);
    const missing = await moderato('opine', '--model', bench.model, '--item', String(rows[0]?.item));
    assert.deepEqual([missing.code, /no chat template/.test(missing.err)], [1, true], missing.err);
  });
});
