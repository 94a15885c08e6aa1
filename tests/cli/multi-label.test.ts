/** An adapter that gives a text any number of labels, through every verb that uses one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import { Bench, discordExport } from './moderato.ts';

const bench = new Bench();
after(() => bench[Symbol.dispose]());

/** Each word has a label of its own. */
const WORDS = { insult: 'clown', threat: 'burning' } as const;
const textOf = (labels: readonly string[], i: number): string =>
  `number ${i} is a ${labels.includes('insult') ? WORDS.insult : 'sailor'} at the ${labels.includes('threat') ? WORDS.threat : 'quiet'} harbour`;
const SETS = [['insult'], ['threat'], ['insult', 'threat'], []] as const;
const setAt = (i: number): readonly string[] => SETS[i % 4] ?? [];
const csv = (count: number, from: number, none: string): string =>
  `text,label,id\n${Array.from({ length: count }, (_, i) => {
    const labels = setAt(i);
    return `${textOf(labels, from + i)},${labels.length === 0 ? none : labels.join('|')},r${i}`;
  }).join('\n')}\n`;

const out = bench.path('several.gguf');
const adapter = ['--adapter', out, '--model', bench.model];
const ran = async (words: readonly string[]): Promise<string> => {
  const ended = await bench.run(words);
  assert.equal(ended.code, 0, ended.err);
  return ended.out;
};

describe('several labels a text', () => {
  before(async () => {
    const files = [
      '--train',
      bench.file('train.csv', csv(120, 0, 'nix')),
      '--dev',
      bench.file('dev.csv', csv(40, 500, 'nix')),
    ];
    const how = ['--method', 'lora', '--multi-label', '--neutral', 'nix', '--lr', '0.01', '--epochs', '12'];
    const printed = await ran(['train', '--model', bench.model, ...files, '--out', out, ...how]);
    assert.match(printed, /macro-F1 (1\.000|\.9\d\d) on dev\./);
    assert.doesNotMatch(printed, /n-grams/);
  });

  it('are those of the rows, without the word for none of them', () => {
    const { labels, task, neutralLabel } = decodeAdapter(readFileSync(out), { source: out });
    assert.deepEqual([labels, task, neutralLabel], [['insult', 'threat'], 'multi-label', null]);
  });

  it('are measured each by itself, and all together', async () => {
    const Figure = z.object({ value: z.number(), low: z.number(), high: z.number() });
    const Label = z.strictObject({
      ...{ precision: z.number(), recall: z.number(), f1: z.number(), auprc: z.number(), ece: z.number() },
      support: z.int(),
    });
    const data = bench.file('data.csv', csv(40, 900, 'nix'));
    const measured = z
      .looseObject({
        task: z.literal('multi-label'),
        rows: z.literal(40),
        positives: z.literal(30),
        none_label: z.literal('nix'),
        per_label: z.record(z.string(), Label),
        ...{ exact_match: Figure, macro_f1: Figure, ece: Figure, auprc: Figure, auroc: Figure },
      })
      .parse(JSON.parse(await ran(['eval', '--data', data, ...adapter, '--json'])));
    assert.ok(measured.macro_f1.value > 0.9 && measured.exact_match.value > 0.9);
    assert.deepEqual(Object.keys(measured.per_label), ['insult', 'threat']);
    assert.equal(measured.per_label['threat']?.support, 20);
    const shown = await ran(['eval', '--data', data, ...adapter]);
    assert.match(shown, /40 rows, 30 with any label.*\n"nix" stands for no label/);
    assert.match(shown, /all labels right/);
    assert.match(shown, /label +precision +recall +F1 +AUPRC +ECE +rows\n.*\n?insult/);
  });

  it('of other data may have another word for none, and no other label', async () => {
    const none = await bench.run(['eval', '--data', bench.file('fine.csv', csv(20, 0, 'fine')), ...adapter, '--json']);
    assert.equal(none.code, 0, none.err);
    const strange = bench.file('strange.csv', csv(20, 0, 'nonsense'));
    const { code, err } = await bench.run(['eval', '--data', strange, ...adapter]);
    assert.equal(code, 1);
    assert.match(err, /strange\.csv: the labels "nonsense" are none of the adapter's \("insult", "threat"\)/);
  });

  it('stand in the rows of score, the surest first', async () => {
    const data = bench.file('rows.csv', csv(8, 700, 'nix'));
    const Line = z.object({
      id: z.string(),
      label: z.string().nullable(),
      labels: z.array(z.string()),
      score: z.number(),
    });
    const lines = (await ran(['score', '--in', data, '--out', '-', ...adapter])).trim().split('\n');
    lines
      .map((line) => Line.parse(JSON.parse(line)))
      .forEach(({ label, labels, score }, i) => {
        assert.deepEqual([...labels].sort(), setAt(i));
        assert.equal(label, labels[0] ?? null);
        assert.equal(score >= 0.5, labels.length > 0);
      });
    const table = bench.path('rows.out.csv');
    await ran(['score', '--in', data, '--out', table, ...adapter]);
    const [head = '', ...cells] = readFileSync(table, 'utf8').trim().split('\n');
    assert.equal(head, 'id,label,score,insult,threat,not_read');
    assert.deepEqual(
      cells.map((row) =>
        (row.split(',')[1] ?? '')
          .split('|')
          .filter((label) => label !== '')
          .sort(),
      ),
      cells.map((_, i) => setAt(i)),
    );
  });

  it('order the queue by the surest of them, and each finds its messages there', async () => {
    const texts = Array.from({ length: 12 }, (_, i) => textOf(setAt(i), i));
    const workspace = bench.path('several.moderato');
    const Queue = z.object({
      queue: z.array(z.looseObject({ text: z.string(), label: z.string().nullable(), labels: z.array(z.string()) })),
    });
    const triage = [
      'triage',
      bench.file('chat.json', discordExport(texts)),
      '--workspace',
      workspace,
      '--any-language',
    ];
    const { queue } = Queue.parse(JSON.parse(await ran([...triage, ...adapter, '--json', '--top', 'all'])));
    assert.equal(queue.length, 12);
    assert.ok(queue.slice(-3).every(({ labels, label }) => labels.length === 0 && label === null));
    for (const label of ['insult', 'threat']) {
      const of = await ran(['queue', '--workspace', workspace, '--label', label, '--json']);
      const found = Queue.parse(JSON.parse(of)).queue;
      assert.equal(found.length, 6);
      assert.ok(found.every(({ labels }) => labels.includes(label)));
    }
    assert.match(await ran(['queue', '--workspace', workspace]), /also (insult|threat) · #general/);
  });

  it('are named where a text is explained', async () => {
    const text = textOf(['insult', 'threat'], 3);
    const decided = ['--decided', bench.file('decided.csv', csv(12, 0, 'nix'))];
    const found = z
      .looseObject({
        labels: z.array(z.string()),
        words: z.array(z.looseObject({ text: z.string(), effect: z.number() })),
        decided: z.array(z.looseObject({ labels: z.array(z.string()) })),
      })
      .parse(JSON.parse(await ran(['explain', '--text', text, ...adapter, ...decided, '--json'])));
    assert.deepEqual([...found.labels].sort(), ['insult', 'threat']);
    assert.ok(found.decided.some(({ labels }) => labels.length === 2));
    assert.match(
      await ran(['explain', '--text', text, ...adapter]),
      /^(1\.0|\.\d\d) {2}(insult, threat|threat, insult)\n/,
    );
  });
});
