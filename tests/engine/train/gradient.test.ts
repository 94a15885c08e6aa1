import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeAdapter } from '../../../engine/adapter/file.ts';
import type { ModuleSettings } from '../../../engine/adapter/methods.ts';
import { BackendError, UnsupportedError } from '../../../engine/ggml/backend.ts';
import { GgufError } from '../../../engine/ggml/gguf/errors.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { rewriteGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import { Lanes } from '../../../engine/ggml/lanes.ts';
import { aliveObjects } from '../../../engine/ggml/owner.ts';
import { Scorer, type OpenOptions } from '../../../engine/score/scorer.ts';
import { CheckpointError } from '../../../engine/train/steps/checkpoint.ts';
import { trainByGradient } from '../../../engine/train/gradient.ts';
import { LogisticError } from '../../../engine/train/linear/logistic-problem.ts';
import type { TrainingOptions } from '../../../engine/train/options.ts';
import { TrainingError } from '../../../engine/train/errors.ts';
import { oneHot } from '../../../engine/train/examples.ts';
import { train } from '../../../engine/train/steps/trainer.ts';
import type { CheckpointPlace, GradientMethod, LabelledText, TrainHooks } from '../../../engine/train/rows.ts';
import { tokenizerFor, writeRandomModel } from '../../reference/random-models.ts';

const LABELS = ['fine', 'abusive'];
const WORDS = ['map', 'server', 'house', 'train', 'dog', 'game', 'rule', 'song'];

/** Labels that no word gives away: only what is learned by heart helps. */
const texts = (from: number, count: number): LabelledText[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `t${from + i}`,
    labels: [((from + i) * 7) % 3 === 0 ? 1 : 0],
    text: `the ${WORDS[(from + i) % 8] ?? ''} number ${from + i} was near the ${WORDS[(3 * (from + i) + 1) % 8] ?? ''}`,
  }));

const LOW_RANK = { rank: 4, alpha: 8, targets: ['attn_q', 'attn_v', 'ffn_down'], from: 0 };
const LORA: ModuleSettings = { method: 'lora', ...LOW_RANK };
const METHODS: Readonly<Record<string, ModuleSettings | null>> = {
  'a head alone': null,
  lora: LORA,
  'ds-lora, MLP gate, token': { method: 'ds-lora', ...LOW_RANK, gate: 16, scope: 'token' },
  dora: { method: 'dora', ...LOW_RANK },
  adalora: { method: 'adalora', ...LOW_RANK, startRank: 6, orthogonality: 0.1 },
  'lora in the upper layer alone': { method: 'lora', ...LOW_RANK, from: 1 },
  full: { method: 'full', from: 0 },
  'full, the upper layer alone': { method: 'full', from: 1 },
  houlsby: { method: 'houlsby', bottleneck: 8, targets: ['attn_output', 'ffn_down'], from: 0 },
  'ds-lora, linear gate, instance': { method: 'ds-lora', ...LOW_RANK, gate: 'linear', scope: 'instance' },
};
const OPTIONS: TrainingOptions = {
  epochs: 40,
  batch: 8,
  learningRate: 0.01,
  gateRate: 1,
  weightDecay: 0,
  warmUp: 0.05,
  schedule: 'constant',
  clip: 1,
  dropout: 0,
  lambda: 0,
  labelSmoothing: 0,
  classWeights: 'none',
  hidden: 32,
  memory: 1024,
  patience: 1000,
  seed: 3,
};

describe('training by gradient', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-gradient-'));
  const base = join(folder, 'base.gguf');
  before(() => writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: 2 }));
  after(() => rmSync(folder, { recursive: true }));

  /** where full training puts its model */
  const own = join(folder, 'own.gguf');
  const open = (options: Partial<OpenOptions>) =>
    Scorer.open({ base, backend: 'cpu', deterministic: false, layout: 'f32', threads: 2, ...options });

  async function trained(
    modules: ModuleSettings | null,
    options: Partial<TrainingOptions> = {},
    {
      rows = texts(0, 16),
      dev = rows,
      hooks = {},
      from = base,
      checkpoint,
    }: {
      rows?: LabelledText[];
      dev?: LabelledText[];
      hooks?: TrainHooks;
      from?: string;
      checkpoint?: CheckpointPlace;
    } = {},
  ) {
    await using session = await open({ base: from, ...(modules && { trains: modules }) });
    const method: GradientMethod = { kind: 'gradient', modules, training: { ...OPTIONS, ...options } };
    return await trainByGradient(
      session,
      {
        labels: LABELS,
        task: 'exclusive',
        train: rows,
        dev,
        options: {
          name: 'test',
          neutralLabel: 'fine',
          method,
          ngrams: false,
          languages: ['en'],
          source: {},
          ...(checkpoint && { checkpoint }),
          ...(modules?.method === 'full' && { model: own }),
        },
      },
      hooks,
    );
  }

  /** Does something once that many steps are done. */
  const at =
    (step: number, act: () => void): NonNullable<TrainHooks['onProgress']> =>
    (done, _total, unit) => {
      if (unit === 'steps' && done === step) act();
    };

  const lossesOf = (report: object) =>
    (report as { epochs: { trainLoss: number; devLoss: number; devMacroF1: number }[] }).epochs;

  for (const [name, modules] of Object.entries(METHODS))
    it(`${name}: learns sixteen texts by heart, and its file scores as it did`, async () => {
      const { adapter, report } = await trained(modules, modules ? {} : { epochs: 300 });
      const losses = lossesOf(report);
      assert.ok((losses.at(-1)?.trainLoss ?? 1) < 0.01, `loss ${losses.at(-1)?.trainLoss}`);
      assert.equal(Math.max(...losses.map(({ devMacroF1 }) => devMacroF1)), 1);
      await using session = await open({ adapter, ...(modules?.method === 'full' && { base: own }) });
      const rows = texts(0, 16);
      const scores = await session.score(rows, {});
      scores.forEach((score, i) => {
        assert.ok(score.status === 'scored');
        const predicted = (score.probabilities[1] ?? 0) > 0.5 ? 1 : 0;
        assert.equal(predicted, rows[i]?.labels[0], rows[i]?.key);
      });
    });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const modules = METHODS['ds-lora, MLP gate, token'] ?? null;
    const figures = async (seed: number) => {
      const { modules: found } = decodeAdapter((await trained(modules, { epochs: 2, seed })).adapter, {
        source: 'test',
      });
      return found;
    };
    const [a, b, c] = [await figures(1), await figures(1), await figures(2)];
    assert.deepEqual(a, b);
    assert.notDeepEqual(a, c);
  });

  it('keeps the best epoch, not the last', async () => {
    // At this rate it forgets again what it had.
    const { report } = await trained(METHODS['lora'] ?? null, { learningRate: 0.3, epochs: 12 });
    const f1 = lossesOf(report).map(({ devMacroF1 }) => devMacroF1);
    assert.equal(Reflect.get(report, 'devMacroF1'), Math.max(...f1));
    assert.equal(Reflect.get(report, 'bestEpoch'), f1.indexOf(Math.max(...f1)) + 1);
  });

  it('ends when dev stops getting better', async () => {
    // All dev texts are fine and found so at once: nothing gets better.
    const { report } = await trained(METHODS['lora'] ?? null, { patience: 2, epochs: 30, learningRate: 1e-9 });
    assert.equal(lossesOf(report).length, 3);
  });

  it('draws A and B to real zeros with λ', async () => {
    const modules = METHODS['ds-lora, MLP gate, token'] ?? null;
    const sparsity = async (lambda: number) =>
      Number(Reflect.get((await trained(modules, { epochs: 10, lambda })).report, 'sparsity'));
    const [none, some, most] = [await sparsity(0), await sparsity(0.3), await sparsity(3)];
    assert.equal(none, 0);
    assert.ok(some > 0.02 && some < most, `${some}, ${most}`);
    assert.ok(most > 0.5);
  });

  it('finishes early with what it has, and stops at once when aborted', async () => {
    const finish = new AbortController();
    const early = await trained(
      METHODS['lora'] ?? null,
      { epochs: 500 },
      {
        hooks: { finish: finish.signal, onProgress: at(5, () => finish.abort()) },
      },
    );
    assert.equal(Reflect.get(early.report, 'interrupted'), true);
    assert.ok(lossesOf(early.report).length <= 3);
    const abort = new AbortController();
    const stopped = trained(
      METHODS['lora'] ?? null,
      { epochs: 500 },
      {
        hooks: { signal: abort.signal, onProgress: at(5, () => abort.abort()) },
      },
    );
    await assert.rejects(stopped, { name: 'AbortError' });
  });

  it('refuses one label, and texts that cannot be read', async () => {
    const one = texts(0, 16).filter(({ labels }) => labels[0] === 0);
    await assert.rejects(trained(null, {}, { rows: one }), LogisticError);
    const unread = [
      { key: 'void', text: '  ', labels: [0] },
      { key: 'long', text: 'word '.repeat(100_000), labels: [1] },
    ];
    await assert.rejects(trained(null, {}, { rows: unread }), /None of the 2 texts in train can be read/);
  });

  it('leaves out what cannot be read and says how many', async () => {
    const rows = [
      ...texts(0, 16),
      { key: 'void', text: '', labels: [0] },
      { key: 'long', text: 'word '.repeat(900), labels: [1] },
    ];
    const { report } = await trained(METHODS['lora'] ?? null, { epochs: 1 }, { rows });
    assert.deepEqual(Reflect.get(report, 'train'), { rows: 16, perLabel: { fine: 10, abusive: 6 }, notRead: 2 });
  });

  it('says which layers there are where it is told others', async () => {
    const wrong: ModuleSettings = { method: 'lora', ...LOW_RANK, targets: ['attn_x'] };
    await assert.rejects(trained(wrong), /no linear layer called attn_x\. It has attn_q/);
  });

  it('stops when the numbers are no longer finite, and says what to try', async () => {
    const broken = join(folder, 'broken.gguf');
    rewriteGguf(base, broken, {
      tensor: ({ name }) =>
        name === 'output_norm.weight'
          ? {
              type: 'f32',
              convert: (bytes) => new Uint8Array(Float32Array.from(bytes, () => Infinity).buffer, 0, bytes.length),
            }
          : 'keep',
    });
    await assert.rejects(
      trained(METHODS['lora'] ?? null, {}, { from: broken }),
      (error) =>
        error instanceof TrainingError &&
        /step 1 of 80.* rows (t\d+, )+t\d+\./.test(error.message) &&
        /--lr 0\.0025/.test(error.remedy),
    );
  });

  it('goes on from its checkpoint to the very numbers that an uncut run gives', async () => {
    const file = join(folder, 'run.checkpoint');
    const modules = METHODS['ds-lora, MLP gate, token'] ?? null;
    const tensorsOf = ({ adapter }: { adapter: Uint8Array }) =>
      decodeAdapter(adapter, { source: 'test' }).modules?.tensors;
    const uncut = tensorsOf(await trained(modules, { epochs: 6 }));
    const abort = new AbortController();
    // Cut off in the middle of the fourth epoch of two steps each.
    const hooks = { signal: abort.signal, onProgress: at(7, () => abort.abort()) };
    const checkpoint = { file, resume: false };
    await assert.rejects(trained(modules, { epochs: 6 }, { hooks, checkpoint }), { name: 'AbortError' });
    const steps: number[] = [];
    const resumed = await trained(
      modules,
      { epochs: 6 },
      {
        checkpoint: { file, resume: true },
        hooks: { onProgress: (done, total, unit) => void (unit === 'steps' && total > 0 && steps.push(done)) },
      },
    );
    assert.deepEqual([...new Set(steps)], [6, 7, 8, 9, 10, 11, 12]);
    assert.deepEqual(tensorsOf(resumed), uncut);
  });

  it('goes on by itself from the checkpoint of its own run, as when its process died', async () => {
    const modules = METHODS['lora'] ?? null;
    const file = join(folder, 'own.checkpoint');
    const abort = new AbortController();
    const hooks = { signal: abort.signal, onProgress: at(7, () => abort.abort()) };
    const checkpoint = { file, resume: false, run: 'one' };
    await assert.rejects(trained(modules, { epochs: 6 }, { hooks, checkpoint }), { name: 'AbortError' });
    const firstStep = async (run: string): Promise<number> => {
      const steps: number[] = [];
      await trained(
        modules,
        { epochs: 6 },
        {
          checkpoint: { file, resume: false, run },
          hooks: { onProgress: (done, total, unit) => void (unit === 'steps' && total > 0 && steps.push(done)) },
        },
      );
      return steps[0] ?? NaN;
    };
    assert.equal(await firstStep('one'), 6);
    assert.equal(await firstStep('two'), 0);
    writeFileSync(file, 'no checkpoint');
    assert.equal(await firstStep('three'), 0);
  });

  it('refuses to go on with another training, without a checkpoint, or from a damaged one', async () => {
    const file = join(folder, 'other.checkpoint');
    const modules = METHODS['lora'] ?? null;
    const checkpoint = { file, resume: true };
    await assert.rejects(trained(modules, { epochs: 2 }, { checkpoint }), /no .*other\.checkpoint to go on from/);
    await trained(modules, { epochs: 2 }, { checkpoint: { file, resume: false } });
    for (const changed of [{ epochs: 2, learningRate: 0.02 }, { epochs: 3 }])
      await assert.rejects(trained(modules, changed, { checkpoint }), CheckpointError);
    await assert.rejects(trained(modules, { epochs: 2 }, { checkpoint, rows: texts(1, 16) }), CheckpointError);
    writeFileSync(file, readFileSync(file).subarray(0, 5000));
    await assert.rejects(trained(modules, { epochs: 2 }, { checkpoint }), GgufError);
  });

  it('learns several labels a text', async () => {
    const rows = texts(0, 16).map((row, i) => ({ ...row, labels: [0, 1, 2].filter((label) => (i >> label) % 2) }));
    await using session = await open({ trains: { method: 'lora', ...LOW_RANK } });
    const method: GradientMethod = {
      kind: 'gradient',
      modules: { method: 'lora', ...LOW_RANK },
      training: { ...OPTIONS, classWeights: 'balanced' },
    };
    const { adapter, report } = await trainByGradient(
      session,
      {
        labels: ['threat', 'insult', 'spam'],
        task: 'multi-label',
        train: rows,
        dev: rows,
        options: { name: 'several', neutralLabel: null, method, ngrams: true, languages: ['en'], source: {} },
      },
      {},
    );
    assert.equal(Reflect.get(report, 'devMacroF1'), 1);
    await using scorer = await open({ adapter });
    const scores = await scorer.score(rows, {});
    scores.forEach((score, i) => {
      assert.ok(score.status === 'scored');
      const given = [0, 1, 2].filter((label) => (score.probabilities[label] ?? 0) > 0.5);
      assert.deepEqual(given, rows[i]?.labels);
    });
  });

  it('drops triplets of AdaLoRA down to its budget, and goes on with them from a checkpoint', async () => {
    const file = join(folder, 'adalora.checkpoint');
    const modules = METHODS['adalora'] ?? null;
    const lambdasOf = ({ adapter }: { adapter: Uint8Array }) =>
      [...(decodeAdapter(adapter, { source: 'test' }).modules?.tensors ?? [])].flatMap(([name, { values }]) =>
        name.endsWith('adalora_lambda') ? [...values] : [],
      );
    const uncut = await trained(modules, { epochs: 10 }, { checkpoint: { file, resume: false } });
    using last = readGguf(file);
    const triplets = [...last.tensors.values()].filter(({ name }) => /^now\..*adalora_lambda$/.test(name));
    const kept = triplets
      .flatMap((tensor) => [...new Float32Array(last.readTensor(tensor).buffer)])
      .filter((value) => value !== 0);
    assert.equal(triplets.length, 6);
    assert.equal(kept.length, 6 * 4);
    const abort = new AbortController();
    const hooks = { signal: abort.signal, onProgress: at(9, () => abort.abort()) };
    await assert.rejects(trained(modules, { epochs: 10 }, { hooks, checkpoint: { file, resume: false } }));
    const resumed = await trained(modules, { epochs: 10 }, { checkpoint: { file, resume: true } });
    assert.deepEqual(lambdasOf(resumed), lambdasOf(uncut));
  });

  it('draws what dropout leaves out by the seed', async () => {
    const modules = METHODS['lora'] ?? null;
    const lossOf = async (options: Partial<TrainingOptions>) =>
      lossesOf((await trained(modules, { epochs: 2, ...options })).report).at(-1)?.trainLoss;
    const [a, b, without] = [await lossOf({ dropout: 0.5 }), await lossOf({ dropout: 0.5 }), await lossOf({})];
    assert.equal(a, b);
    assert.notEqual(a, without);
  });

  it('keeps the best epoch before its numbers went astray, and names the rows of the batch', async () => {
    const { halt, best, state } = await astray('in the steps of epoch 4');
    assert.equal(halt?.epoch, 4);
    assert.equal(halt.texts.length, 8);
    assert.ok(best.epoch <= 3 && state.epochs.length === 3);
    assert.ok([...best.values.values()].every((values) => values.every(Number.isFinite)));
  });

  it('keeps it, too, where only dev is no longer finite', async () => {
    const { halt, best, state } = await astray('on dev after epoch 4');
    assert.deepEqual(halt, { step: 8, epoch: 4, texts: [] });
    assert.ok(best.epoch <= 3 && state.epochs.length === 3);
    assert.ok([...best.values.values()].every((values) => values.every(Number.isFinite)));
  });

  /** A training of two steps an epoch whose parameters are spoilt on the way. */
  async function astray(where: 'in the steps of epoch 4' | 'on dev after epoch 4') {
    await using session = await open({ trains: { method: 'lora', ...LOW_RANK } });
    await using owner = new AsyncDisposableStack();
    const rows = texts(0, 16);
    const examples = {
      texts: rows.map(({ text }) => session.encode(text) as Int32Array),
      targets: oneHot(
        rows.map(({ labels }) => labels[0] ?? 0),
        2,
      ),
    };
    const input = {
      train: examples,
      dev: examples,
      labels: 2,
      task: 'exclusive',
      method: LORA,
      options: OPTIONS,
    } as const;
    let spoil = (): void => {};
    return await train(session.reader, input, owner, {
      onProgress: (progress) => {
        if (where === 'on dev after epoch 4' && progress.kind === 'steps' && progress.step === 8) spoil();
      },
      checkpoint: {
        restore: () => null,
        save: ({ epochs }, parameters) => {
          spoil = () => void parameters.values.get('blk.0.attn_q.weight.lora_b')?.fill(NaN);
          if (where === 'in the steps of epoch 4' && epochs.length === 3) spoil();
        },
      },
    });
  }

  it('keeps to its memory: smaller parts and layers computed twice learn the same', async () => {
    const modules = METHODS['lora'] ?? null;
    const long = texts(0, 16).map((row) => ({ ...row, text: `${row.text} `.repeat(20) }));
    const trainedIn = async (memory: number) =>
      lossesOf((await trained(modules, { epochs: 1, memory, learningRate: 1e-3 }, { rows: long })).report)[0]
        ?.trainLoss ?? NaN;
    const [roomy, tight] = [await trainedIn(1024), await trainedIn(6)];
    assert.ok(Math.abs(roomy - tight) < 1e-4 * roomy, `${roomy}, ${tight}`);
    await assert.rejects(trainedIn(1), /needs more than 1 MB to learn from/);
  });

  it('goes on with smaller parts when memory runs out on the way, and says so', async (t) => {
    const modules = METHODS['lora'] ?? null;
    const said: string[] = [];
    const losses = (report: object) => lossesOf(report).map(({ trainLoss }) => trainLoss);
    const roomy = losses((await trained(modules, { epochs: 2 })).report);
    const each = Lanes.prototype.each;
    let failures = 2;
    const hooks: TrainHooks = {
      onProgress: (_done, _total, _unit, _figures, note) => void (note !== undefined && said.push(note)),
    };
    t.mock.method(Lanes.prototype, 'each', function (this: Lanes, ...work: Parameters<typeof each>) {
      // As ggml fails: before anything is computed.
      if (failures-- > 0) return Promise.reject(new BackendError('CPU has not enough memory for this batch.'));
      return each.apply(this, work);
    });
    const { report } = await trained(modules, { epochs: 2 }, { hooks });
    assert.equal(said.length, 2);
    for (const note of said) assert.match(note, /^Memory is short: going on with parts of \d+ tokens/);
    assert.deepEqual(Reflect.get(report, 'notes'), said);
    losses(report).forEach((loss, i) => assert.ok(Math.abs(loss - (roomy[i] ?? NaN)) < 1e-4 * loss));
  });

  it('does not take a missing operation for a shortage', async (t) => {
    let calls = 0;
    t.mock.method(Lanes.prototype, 'each', () => {
      calls++;
      return Promise.reject(new UnsupportedError('Vulkan0 cannot compute COUNT_EQUAL.'));
    });
    await assert.rejects(trained(METHODS['lora'] ?? null), UnsupportedError);
    assert.equal(calls, 1);
  });

  it('goes on without a checkpoint where the disk refuses it, and says so once', async () => {
    const hindered = join(folder, 'a file');
    writeFileSync(hindered, '');
    const said: string[] = [];
    const { report } = await trained(
      METHODS['lora'] ?? null,
      { epochs: 3 },
      {
        checkpoint: { file: join(hindered, 'a.checkpoint'), resume: false },
        hooks: { onProgress: (_done, _total, _unit, _figures, note) => void (note !== undefined && said.push(note)) },
      },
    );
    assert.equal(lossesOf(report).length, 3);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /checkpoint could not be written: there is no such folder/);
  });

  it('tells a label that no readable text has', async () => {
    const rows = [
      ...texts(0, 16).map((row) => ({ ...row, labels: [0] })),
      { key: 'long', text: 'word '.repeat(100_000), labels: [1] },
    ];
    await assert.rejects(trained(null, {}, { rows }), /No text in train that can be read has the label "abusive": 1/);
  });

  it('gives signs of life from every part of the work', async () => {
    const rows = Array.from({ length: 32 }, () => texts(0, 16)).flat();
    const heard = new Map<string, number[]>();
    const figures = new Set<string>();
    const hooks: TrainHooks = {
      onProgress: (done, total, unit, found = {}) => {
        heard.set(unit, [...(heard.get(unit) ?? []), done / total]);
        for (const [name, figure] of Object.entries(found)) {
          assert.ok(Number.isFinite(figure), `${name} is ${figure}`);
          figures.add(name);
        }
      },
    };
    await trained(METHODS['lora in the upper layer alone'] ?? null, { epochs: 1 }, { rows, hooks });
    assert.deepEqual([...heard.keys()], ['tokenised texts', 'texts', 'steps', 'dev texts']);
    for (const [unit, shares] of heard) {
      assert.ok(shares.length > 2, unit);
      assert.equal(shares.at(-1), 1, unit);
    }
    for (const name of ['epoch', 'loss', 'tokens_per_second', 'seconds_left']) assert.ok(figures.has(name), name);
  });

  it('leaves nothing behind', () => {
    assert.deepEqual(aliveObjects(), {});
  });
});
