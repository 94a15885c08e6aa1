import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { FunctionalReport } from '../../../desk/contract/functional.ts';
import { Bench } from '../../cli/moderato.ts';
import { refused } from './fixtures.ts';
import { WithEngine } from './with-engine.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const suite = bench.file(
  'hatecheck.csv',
  [
    'functionality,case_id,test_case,label_gold,target_ident',
    ...Array.from({ length: 12 }, (_, i) => `derog_h,${i},sailors ${i} are a made up case of hate,hateful,sailors`),
    ...Array.from(
      { length: 12 },
      (_, i) => `ident_nh,${20 + i},women sail to the harbour ${i} today,non-hateful,women`,
    ),
    // A case of HateCheck's development part, which decides what is recommended.
    'derog_h,99,I hate women.,hateful,women',
  ].join('\n'),
);

describe('the functional audit, through the door', () => {
  it('is made of a person\u2019s own copy by the model of the queue, and is there to be asked for', async () => {
    await using s = new WithEngine(bench, 512);
    const { client } = s;
    await client.workspace.open({ path: bench.path('w.moderato'), create: 'must' });
    assert.equal(await client.insights.functional(), null);
    const start = { kind: 'functional', path: suite, adapter: bench.adapter, model: bench.model } as const;
    const job = await s.ended((await client.jobs.start(start)).id);
    assert.equal(job.state, 'done', job.problem?.message);
    const report = FunctionalReport.parse(job.report);
    assert.equal(report.model.name, 'tiny');
    const own = report.figures.suites[0] ?? assert.fail();
    assert.equal(own.leftOut, 1);
    assert.deepEqual(
      own.functionalities.map(({ name, cases }) => [name, cases]),
      [
        ['derog_h', 12],
        ['ident_nh', 12],
      ],
    );
    assert.deepEqual(
      report.figures.terms.map(({ name, cases }) => [name, cases]),
      [['women', 12]],
    );
    for (const { share } of own.functionalities)
      assert.ok(share && share.low <= share.value && share.value <= share.high);
    assert.deepEqual((await client.insights.functional())?.report, report);
    const bad = await s.ended((await client.jobs.start({ ...start, path: bench.path('none.csv') })).id);
    assert.equal(bad.state, 'failed');
    assert.match(bad.problem?.message ?? '', /There is no .*none\.csv/);
    assert.deepEqual((await client.insights.functional())?.report, report, 'what failed says nothing');
    await client.workspace.close();
    await refused(client.insights.functional(), 'no-workspace');
  });
});
