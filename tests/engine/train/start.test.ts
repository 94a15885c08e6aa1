import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeAdapter } from '../../../engine/adapter/file.ts';
import type { ModuleSettings } from '../../../engine/adapter/methods.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { trainByGradient } from '../../../engine/train/gradient.ts';
import type { TrainingOptions } from '../../../engine/train/options.ts';
import type { LabelledText } from '../../../engine/train/rows.ts';
import { tokenizerFor, writeRandomModel } from '../../reference/random-models.ts';

const WORDS = ['map', 'server', 'house', 'train', 'dog', 'game', 'rule', 'song'];
const ROWS: readonly LabelledText[] = Array.from({ length: 16 }, (_, i) => ({
  key: `t${i}`,
  labels: [(i * 7) % 3 === 0 ? 1 : 0],
  text: `the ${WORDS[i % 8] ?? ''} number ${i} was near the ${WORDS[(3 * i + 1) % 8] ?? ''}`,
}));
const MODULES: ModuleSettings = {
  method: 'ds-lora',
  ...{ rank: 4, alpha: 8, targets: ['attn_q', 'attn_v'], from: 0, gate: 8, scope: 'token' },
};
const OPTIONS: TrainingOptions = {
  ...{ epochs: 20, batch: 8, learningRate: 0.01, gateRate: 1, weightDecay: 0, warmUp: 0.05, schedule: 'constant' },
  ...{ clip: 1, dropout: 0, lambda: 0, labelSmoothing: 0, classWeights: 'none', hidden: 0, memory: 1024 },
  ...{ patience: 1000, seed: 3 },
};
/** So small that nothing moves. */
const STILL = { epochs: 1, learningRate: 1e-9, seed: 4 };

describe('a training that goes on from an adapter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-start-'));
  const base = join(folder, 'base.gguf');
  before(() =>
    writeRandomModel(base, { variant: 'bert', tokenizer: tokenizerFor('bert'), blocks: 2, vocabulary: 30_522 }),
  );
  after(() => rmSync(folder, { recursive: true }));

  async function trained(
    options: Partial<TrainingOptions>,
    start?: Uint8Array,
    { labels = ['fine', 'abusive'], modules = MODULES, neutral = 'fine' } = {},
  ): Promise<Uint8Array> {
    const rows = labels.length === 2 ? ROWS : ROWS.map((row, i) => ({ ...row, labels: [i % labels.length] }));
    await using session = await Scorer.open({
      base,
      backend: 'cpu',
      deterministic: false,
      layout: 'f32',
      trains: modules,
    });
    const { adapter } = await trainByGradient(
      session,
      {
        labels,
        task: 'exclusive',
        train: rows,
        dev: rows,
        options: {
          name: 'test',
          neutralLabel: neutral,
          method: { kind: 'gradient', modules, training: { ...OPTIONS, ...options } },
          ngrams: false,
          languages: ['en'],
          source: {},
          ...(start && { start }),
        },
      },
      {},
    );
    return adapter;
  }

  it('begins with its values, in the layers and in the head', async () => {
    const first = await trained({});
    const before = decodeAdapter(first, { source: 'first' });
    const after = decodeAdapter(await trained(STILL, first), { source: 'second' });
    for (const [name, { values }] of before.modules?.tensors ?? [])
      values.forEach((value, i) =>
        assert.ok(Math.abs(value - (after.modules?.tensors.get(name)?.values[i] ?? NaN)) < 1e-6, name),
      );
    before.head.weight.forEach((value, i) => assert.ok(Math.abs(value - (after.head.weight[i] ?? NaN)) < 1e-6));
    const anew = decodeAdapter(await trained(STILL), { source: 'anew' });
    assert.ok(before.head.weight.some((value, i) => Math.abs(value - (anew.head.weight[i] ?? 0)) > 1e-3));
  });

  it('gives other labels the rows that mean the same', async () => {
    const first = await trained({});
    const labels = ['all right', 'spam', 'abusive'];
    const { head } = decodeAdapter(await trained(STILL, first, { labels, neutral: 'all right' }), { source: 'more' });
    const known = decodeAdapter(first, { source: 'first' }).head;
    const width = known.weight.length / 2;
    const row = (weight: Float32Array, n: number): number[] => [...weight.subarray(n * width, (n + 1) * width)];
    const same = (a: readonly number[], b: readonly number[]): void =>
      a.forEach((value, i) => assert.ok(Math.abs(value - (b[i] ?? NaN)) < 1e-6));
    same(row(head.weight, 0), row(known.weight, 0));
    same(row(head.weight, 2), row(known.weight, 1));
    same(row(head.weight, 1), row(known.weight, 1));
  });

  it('is refused where the two are not made alike', async () => {
    const first = await trained({ epochs: 1 });
    await assert.rejects(trained(STILL, first, { modules: { ...MODULES, rank: 2 } }), /cannot go on from "test"/);
    await assert.rejects(trained({ ...STILL, hidden: 8 }, first), /cannot go on from "test"/);
  });
});
