import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { peakMegabytes, resetPeak } from '../../bench/memory.ts';
import { Trainee, type TrainingSetting } from '../../bench/peers/training.ts';
import { labelledTexts } from '../../bench/texts.ts';
import { wholeMethod } from '../../desk/retrain/method.ts';
import { tokenizerFor, writeRandomModel } from '../reference/random-models.ts';

const OURS = [process.execPath, join(import.meta.dirname, '../../bench/peers/moderato-train.ts')] as const;

describe('our engine in the train bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-bench-train-'));
  const model = join(folder, 'model.gguf');
  before(() => writeRandomModel(model, { variant: 'bert', tokenizer: tokenizerFor('bert'), blocks: 2 }));
  after(() => rmSync(folder, { recursive: true }));

  function setting(): TrainingSetting & { readonly threads: number } {
    const method = wholeMethod({ method: 'ds-lora', epochs: 2 });
    assert.ok(method.kind === 'gradient' && method.modules);
    const { labels, parts } = labelledTexts(null, { train: 20, dev: 8, test: 8 });
    return { model, threads: 2, labels, parts, modules: method.modules, options: method.training };
  }

  it('begins each training at the same start, looks at dev and test only when asked, and scores what it learned', async () => {
    const load = setting();
    using trainee = await Trainee.start(OURS, load);
    assert.match(trainee.settings, /^Moderato ds-lora/);
    assert.equal(trainee.tokens.length, load.parts.train.length);
    const [first, second] = [await trainee.run(16), await trainee.run(16)];
    assert.deepEqual(first.losses, second.losses);
    assert.deepEqual(first.devMacroF1, []);
    assert.equal(first.test, undefined);
    const whole = await trainee.train({ rows: 20, epochs: 2, evaluates: true });
    assert.equal(whole.devMacroF1.length, 2);
    assert.ok((whole.test?.macroF1 ?? -1) >= 0);
    assert.equal(whole.test?.probabilities.length, load.parts.test.length * load.labels);
    assert.ok((await trainee.score(20)).seconds > 0);
    assert.ok((await trainee.score(4, { alone: true })).seconds > 0);
  });

  it('gives the mean gate of each test text, by third of the layers that there are', async () => {
    const load = setting();
    using trainee = await Trainee.start(OURS, load);
    await trainee.run(16);
    const gates = await trainee.gates();
    // two layers: a lower and a middle third
    assert.deepEqual(Object.keys(gates).sort(), ['lower', 'middle']);
    for (const values of Object.values(gates)) {
      assert.equal(values.length, load.parts.test.length);
      assert.ok(values.every((gate) => gate > 0 && gate < 1));
    }
  });

  it('says what it cannot read, by its row', async () => {
    const load = setting();
    const train = load.parts.train.with(3, { text: ' ', label: 0 });
    await assert.rejects(
      Trainee.start(OURS, { ...load, parts: { ...load.parts, train } }),
      /text 3 cannot be read: it is empty/,
    );
  });
});

describe('the texts of the train bench', () => {
  it('are the same at each start, and in one part only', () => {
    const counts = { train: 200, dev: 100, test: 50 };
    const [a, b] = [labelledTexts(null, counts), labelledTexts(null, counts)];
    assert.deepEqual(a, b);
    const all = [...a.parts.train, ...a.parts.dev, ...a.parts.test];
    assert.equal(new Set(all.map(({ text }) => text)).size, 350);
    assert.ok(new Set(all.map(({ label }) => label)).size > 1);
  });

  it('are too few when more are asked for than there are', () => {
    assert.throws(() => labelledTexts(null, { train: 3999, dev: 2, test: 1 }), /1 texts to dev with, 2 are needed/);
  });
});

describe('peak memory', { skip: process.platform !== 'linux' && 'is known on Linux only' }, () => {
  it('is what was held since it was reset', () => {
    resetPeak(process.pid);
    const before = peakMegabytes(process.pid) ?? NaN;
    Buffer.alloc(64 << 20, 1);
    const held = (peakMegabytes(process.pid) ?? NaN) - before;
    assert.ok(held > 50 && held < 200, `${held} MB`);
  });

  it('of a process that is not there is not known', () => {
    assert.equal(peakMegabytes(undefined), null);
  });
});
