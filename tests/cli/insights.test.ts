import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Bench, discordExport, sentences } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());
const workspace = bench.path('w.moderato');

const insights = async (...words: string[]) => await bench.run(['insights', '--workspace', workspace, ...words]);

interface Figures {
  readonly thresholds: {
    readonly read: number;
    readonly audit: { readonly drawn: number; readonly decided: number };
    readonly rows: readonly { readonly threshold: number; readonly precision: unknown }[];
  };
  readonly drift: readonly unknown[];
  readonly volumes: { readonly channels: readonly { readonly name: string; readonly messages: number }[] };
}

describe('moderato insights', () => {
  it('says what to do where no model has read anything', async () => {
    const few = bench.file('few.json', discordExport(sentences(90)));
    assert.equal((await bench.run(['import', few, '--workspace', workspace])).code, 0);
    const { code, err } = await insights();
    assert.equal(code, 1);
    assert.match(err, /No model has read this workspace yet/);
  });

  it('shows the spread of the scores, and no estimate before enough audit items were decided', async () => {
    assert.equal((await bench.run(['triage', '--workspace', workspace, ...bench.tiny, '--json'])).code, 0);
    const { out, err, code } = await insights();
    assert.equal(code, 0, err);
    assert.match(out, /^90 messages read by the model; \d+ audit items, 0 decided/);
    assert.match(out, /Not enough labels yet: decide 30 more audit items/);
    assert.match(out, /no two imports yet that this model has read whole/);
    assert.match(out, /general +90/);
    const json = JSON.parse((await insights('--json')).out) as Figures;
    assert.equal(json.thresholds.read, 90);
    assert.ok(json.thresholds.audit.drawn < 30 && json.thresholds.rows.every(({ precision }) => precision === null));
    assert.deepEqual(json.drift, []);
    assert.deepEqual(
      json.volumes.channels.map(({ name, messages }) => [name, messages]),
      [['general', 90]],
    );
  });

  it('flags from the score that is asked for, and takes nothing that is none', async () => {
    const { out } = await insights('--threshold', '0', '--json');
    const { thresholds } = JSON.parse(out) as { thresholds: { rows: { threshold: number; flagged: number }[] } };
    assert.equal(thresholds.rows[0]?.threshold, 0);
    assert.equal(thresholds.rows[0].flagged, 90);
    assert.equal((await insights('--threshold', '1.5')).code, 2);
  });

  it('says by functionality, group and term what a model makes of test cases, with or without a workspace', async () => {
    const suite = bench.file(
      'test_suite_cases.csv',
      [
        'functionality,case_id,test_case,label_gold,target_ident',
        ...Array.from({ length: 9 }, (_, i) => `derog_h,${i},sailors ${i} are a made up case of hate,hateful,sailors`),
        ...Array.from({ length: 9 }, (_, i) => `ident_nh,${i},women sail to the harbour ${i} today,non-hateful,women`),
      ].join('\n'),
    );
    const tiny = ['--adapter', bench.adapter, '--model', bench.model];
    const { out, err, code } = await bench.run(['insights', '--functional', suite, ...tiny]);
    assert.equal(code, 0, err);
    assert.match(out, /test_suite_cases\n18 cases/);
    assert.match(out, /functionality +cases +right\nderog_h +9 +\d+% \(\d+% … \d+%\)/);
    assert.match(out, /target +hateful +found/);
    assert.match(out, /False alarms by term.*\nterm +cases +flagged\nwomen +9/);
    const json = JSON.parse((await bench.run(['insights', '--functional', suite, ...tiny, '--json'])).out) as {
      figures: { suites: { cases: number }[] };
    };
    assert.deepEqual(
      json.figures.suites.map(({ cases }) => cases),
      [18],
    );
    const none = await bench.run(['insights', '--functional', bench.path('none.csv'), ...tiny]);
    assert.equal(none.code, 1);
    assert.match(none.err, /There is no .*none\.csv[^]*Name the CSV of HateCheck/);
    assert.equal((await bench.run(['insights'])).code, 2);
  });

  it('says whether the explanations are true for the messages of a workspace', async () => {
    const { out, err, code } = await insights('--explanations');
    assert.equal(code, 0, err);
    assert.match(out, /random words\s+in \d+ of\s+\d+\s+messages\./);
    assert.match(out, /tiny on tiny\.gguf, \d+ flagged messages/);
    assert.match(
      out,
      /order of +mean score +by effects it falls sooner\neffects +\.\d+\nchance +\.\d+ +\d+% \(\d+% … \d+%\)/,
    );
    assert.doesNotMatch(out, /Gates and word effects/, 'this model has none');
    const { figures } = JSON.parse((await insights('--explanations', '--json')).out) as {
      figures: {
        messages: number;
        deletion: { sooner: { random: { share: { value: number } } } };
        sentences: string[];
      };
    };
    const sooner = Math.round(figures.deletion.sooner.random.share.value * figures.messages);
    assert.match(figures.sentences[0] ?? '', new RegExp(` in ${sooner} of ${figures.messages} messages`));

    const few = bench.path('few.moderato');
    const file = bench.file('three.json', discordExport(sentences(3)));
    await bench.run(['triage', file, '--workspace', few, ...bench.tiny, '--json']);
    const refused = await bench.run(['insights', '--explanations', '--workspace', few]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /Flagged messages of four words or more: \d\. The test takes at least 10\./);
    assert.equal((await bench.run(['insights', '--explanations'])).code, 2);
    assert.equal((await insights('--explanations', '--functional', file)).code, 2, 'one at a time');
  });

  it('shows the bias only where it is asked for', async () => {
    assert.match((await insights('--bias')).out, /Nothing was decided outside of the audit sample/);
    assert.doesNotMatch((await insights()).out, /outside of the audit sample/);
  });
});
