import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { wholeMethod, type MethodChoice } from '../../../../desk/retrain/method.ts';
import { decodeAdapter } from '../../../../engine/adapter/file.ts';
import { explain } from '../../../../engine/explain/explain.ts';
import { Scorer, type OpenOptions } from '../../../../engine/score/scorer.ts';
import type { GateReport } from '../../../../engine/train/steps/gate-figures.ts';
import { trainByGradient } from '../../../../engine/train/gradient.ts';
import type { LabelledText } from '../../../../engine/train/rows.ts';
import { tokenizerFor, writeRandomModel } from '../../../reference/random-models.ts';

const LABELS = ['fine', 'abusive'];
const LAYERS = 4;
const texts = (from: number, count: number): LabelledText[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `t${from + i}`,
    labels: [i % 2],
    text: i % 2 ? `go away you worm number ${from + i}` : `a lovely day number ${from + i} at the harbour`,
  }));

describe('figures of gates after a training', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-gates-'));
  const base = join(folder, 'base.gguf');
  before(() => writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: LAYERS }));
  after(() => rmSync(folder, { recursive: true }));

  const open = (options: Partial<OpenOptions>) =>
    Scorer.open({ base, backend: 'cpu', deterministic: false, layout: 'f32', threads: 2, ...options });

  async function trained(choice: MethodChoice, dev = texts(100, 10)) {
    const method = wholeMethod({ ...choice, epochs: 2, lr: 0.02 });
    assert.ok(method.kind === 'gradient' && method.modules);
    await using session = await open({ trains: method.modules });
    const { adapter, report } = await trainByGradient(
      session,
      {
        labels: LABELS,
        task: 'exclusive',
        train: texts(0, 24),
        dev,
        options: { name: 'test', neutralLabel: 'fine', method, ngrams: false, languages: ['en'], source: {} },
      },
      {},
    );
    return { adapter, rates: decodeAdapter(adapter, { source: 'test' }).gateRates, report };
  }

  it('are the gates that the adapter opens at those texts', async () => {
    const dev = texts(100, 10);
    const { adapter, rates, report } = await trained({ method: 'ds-lora' }, dev);
    const { gates } = report as unknown as { gates: GateReport };
    assert.equal(gates.texts, dev.length);
    assert.deepEqual(Object.keys(gates.bands), ['lower', 'middle', 'upper']);
    assert.deepEqual(
      gates.layers.map(({ layer }) => layer),
      [0, 1, 2, 3],
    );
    await using session = await open({ adapter });
    const all: number[] = [];
    const byLabel: [number[], number[]] = [[], []];
    for (const { text, labels } of dev) {
      const found = await explain(session, { text });
      all.push(...(found.gates?.upper ?? []));
      byLabel[labels[0] === 1 ? 1 : 0].push(...(found.gates?.upper ?? []));
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
    const near = (a: number | undefined, b: number): void => assert.ok(Math.abs((a ?? NaN) - b) < 1e-3, `${a}, ${b}`);
    const { upper } = gates.bands;
    near(upper?.mean, mean(all));
    LABELS.forEach((label, k) => near(upper?.perLabel[label]?.mean, mean(byLabel[k] ?? [])));
    // The upper third of four layers is the last one alone.
    assert.deepEqual({ layer: 3, ...upper }, gates.layers[3]);
    assert.ok((upper?.sd ?? 0) > 1e-4 && (upper?.sd ?? 1) < 0.5);

    const { tokens, usual } = await explain(session, { text: 'the harbour at number' });
    assert.ok(rates && usual);
    assert.equal(rates.overall.length, 3);
    assert.equal(usual.upper?.length, tokens.length);
    // Words of nearly every text are known, and at another rate than all tokens together.
    assert.ok(usual.upper.some((gate) => Math.abs(gate - (rates.overall[2] ?? 0)) > 1e-4));
  });

  it('are the same to the last bit for the same seed', async () => {
    const [a, b] = [await trained({ method: 'ds-lora' }), await trained({ method: 'ds-lora' })];
    assert.deepEqual(a.rates, b.rates);
    assert.deepEqual(Reflect.get(a.report, 'gates'), Reflect.get(b.report, 'gates'));
  });

  it('are none where a method has no gates', async () => {
    const { rates, report } = await trained({ method: 'lora' });
    assert.equal(rates, undefined);
    assert.equal(Reflect.get(report, 'gates'), undefined);
  });
});
