/** Our own engine as one of the programs that train. */
import { headLayers } from '../../engine/adapter/head.ts';
import { modulesOf } from '../../engine/adapter/methods.ts';
import type { Band } from '../../engine/adapter/gate-rates.ts';
import { gatesOf } from '../../engine/explain/gates.ts';
import { logitsOf } from '../../engine/score/head.ts';
import { pooledStates, type Reader } from '../../engine/score/pooled-states.ts';
import { Scorer } from '../../engine/score/scorer.ts';
import { oneHot, type Examples } from '../../engine/train/examples.ts';
import { softmax } from '../../engine/score/linear-head.ts';
import { f1PerLabel } from '../../engine/train/macro-f1.ts';
import { sparsity } from '../../engine/train/steps/optimiser.ts';
import { train, type TrainerResult } from '../../engine/train/steps/trainer.ts';
import { answerLines } from './serve.ts';
import { TrainingRequest, type Gates, type Trained, type TrainingAnswer, type TrainingLoad } from './training.ts';

/** A model with labelled texts, as token ids, and what it learned last. */
class OwnTrainee {
  readonly #session: Scorer;
  readonly #load: TrainingLoad;
  readonly #parts: Readonly<Record<keyof TrainingLoad['parts'], Examples>>;
  #owner = new AsyncDisposableStack();
  #result: TrainerResult | null = null;

  private constructor(session: Scorer, load: TrainingLoad) {
    this.#session = session;
    this.#load = load;
    const { train, dev, test } = load.parts;
    this.#parts = {
      train: encoded(session, train, load.labels),
      dev: encoded(session, dev, load.labels),
      test: encoded(session, test, load.labels),
    };
  }

  static async open(load: TrainingLoad): Promise<OwnTrainee> {
    const session = await Scorer.open({
      base: load.model,
      backend: 'cpu',
      deterministic: false,
      pooling: load.pooling ?? 'mean',
      threads: load.threads,
      ...(load.modules && { trains: load.modules }),
      ...(load.depth !== undefined && { depth: load.depth }),
      ...(load.instruction !== undefined && { instruction: load.instruction }),
      ...(load.layout !== undefined && { layout: load.layout }),
    });
    return new OwnTrainee(session, load);
  }

  get loaded(): TrainingAnswer {
    const { layout, depth, threads } = this.#session.info;
    return {
      settings: `Moderato ${this.#load.modules?.method ?? 'head'}, ${layout}, depth ${depth}, ${threads} threads`,
      tokens: this.#parts.train.texts.map(({ length }) => length),
    };
  }

  async train(rows: number, epochs: number, evaluates: boolean): Promise<TrainingAnswer> {
    await this.#owner.disposeAsync();
    const owner = (this.#owner = new AsyncDisposableStack());
    const { modules: method, options, labels } = this.#load;
    const examples = first(this.#parts.train, rows);
    const losses: number[] = [];
    const result = await train(
      this.#session.reader,
      {
        train: examples,
        // The trainer always looks at dev; that is no part of the seconds.
        dev: evaluates ? this.#parts.dev : first(this.#parts.dev, 1),
        labels,
        task: 'exclusive',
        method,
        options: { ...options, epochs },
      },
      owner,
      {
        onProgress: (progress) => {
          if (progress.kind === 'steps' && progress.step > 0) losses.push(progress.loss);
        },
      },
    );
    this.#result = result;
    return {
      seconds: result.state.seconds,
      losses: { first: losses[0] ?? NaN, last: losses.at(-1) ?? NaN },
      devMacroF1: evaluates ? result.state.epochs.map(({ devMacroF1 }) => devMacroF1) : [],
      parameters: result.parameters.count,
      sparsity: sparsity(result.parameters),
      ...(evaluates && { test: await this.#test(result) }),
    };
  }

  async score(rows: number, alone: boolean): Promise<TrainingAnswer> {
    const { texts } = first(this.#parts.train, rows);
    const reader = this.#reader();
    const start = performance.now();
    for (const together of alone ? texts.map((text) => [text]) : [texts])
      await pooledStates(reader, together, () => undefined);
    return { seconds: (performance.now() - start) / 1000 };
  }

  async gates(): Promise<TrainingAnswer> {
    const reader = this.#reader();
    const gates: Partial<Record<Band, number[]>> = {};
    for (const text of this.#parts.test.texts) {
      const opened = Object.entries((await gatesOf(reader, text)) ?? {}) as [Band, Float32Array][];
      for (const [band, values] of opened) (gates[band] ??= []).push(values.reduce((a, b) => a + b, 0) / text.length);
    }
    return { gates: gates satisfies Gates };
  }

  async #test(result: TrainerResult): Promise<NonNullable<Trained['test']>> {
    const { texts, targets } = this.#parts.test;
    const { labels } = this.#load;
    const probabilities = new Float32Array(targets.length);
    const layers = headLayers(result.parameters);
    const start = performance.now();
    await pooledStates(this.#reader(), texts, (text, state) => {
      const logits = logitsOf(layers, state);
      softmax(logits);
      probabilities.set(logits, text * labels);
    });
    const f1 = f1PerLabel('exclusive', probabilities, targets, labels);
    return {
      seconds: (performance.now() - start) / 1000,
      macroF1: f1.reduce((sum, each) => sum + each, 0) / labels,
      probabilities: [...probabilities],
    };
  }

  /** Reads through the modules of the last training. */
  #reader(): Reader {
    if (!this.#result) throw new Error('scores were asked for before train');
    const { reader } = this.#session;
    const { model } = reader;
    const modules = this.#load.modules && modulesOf(this.#load.modules, model.hyper, model.depth).modules;
    return { ...reader, ...(modules && { modules }), parameters: this.#result.parameters.tensors };
  }
}

function encoded(session: Scorer, rows: TrainingLoad['parts']['train'], labels: number): Examples {
  const texts = rows.map(({ text }, row) => {
    const ids = session.encode(text);
    if (typeof ids === 'string') throw new Error(`text ${row} cannot be read: it is ${ids}`);
    return ids;
  });
  return {
    texts,
    targets: oneHot(
      rows.map(({ label }) => label),
      labels,
    ),
  };
}

const first = ({ texts, targets }: Examples, rows: number): Examples => ({
  texts: texts.slice(0, rows),
  targets: targets.slice(0, (targets.length / texts.length) * rows),
});

let trainee: OwnTrainee | undefined;
await answerLines(async (line) => {
  const request = TrainingRequest.parse(line);
  if (request.op === 'load') return (trainee = await OwnTrainee.open(request)).loaded;
  if (!trainee) throw new Error(`${request.op} was asked for before load`);
  switch (request.op) {
    case 'train':
      return await trainee.train(request.rows, request.epochs, request.evaluates);
    case 'score':
      return await trainee.score(request.rows, request.alone);
    case 'gates':
      return await trainee.gates();
  }
});
