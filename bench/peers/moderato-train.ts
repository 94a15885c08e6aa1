/** Our own engine as one of the programs of the train bench. */
import { headLayers } from '../../engine/adapter/head.ts';
import { modulesOf } from '../../engine/adapter/methods.ts';
import { logitsOf } from '../../engine/score/head.ts';
import { pooledStates } from '../../engine/score/pooled-states.ts';
import { Scorer } from '../../engine/score/scorer.ts';
import { f1PerLabel } from '../../engine/train/macro-f1.ts';
import { oneHot, type Examples } from '../../engine/train/examples.ts';
import { train, type TrainerResult } from '../../engine/train/trainer.ts';
import { answerLines } from './serve.ts';
import { TrainingRequest, type TrainingAnswer, type TrainingLoad } from './training.ts';

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
      pooling: 'mean',
      threads: load.threads,
      trains: load.modules,
      ...(load.depth !== undefined && { depth: load.depth }),
    });
    return new OwnTrainee(session, load);
  }

  get loaded(): TrainingAnswer {
    const { layout, depth, threads } = this.#session.info;
    return {
      settings: `Moderato ${this.#load.modules.method}, ${layout}, depth ${depth}, ${threads} threads`,
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
      { onProgress: (progress) => void (progress.kind === 'steps' && losses.push(progress.loss)) },
    );
    this.#result = result;
    return {
      seconds: result.state.seconds,
      losses: { first: losses[0] ?? NaN, last: losses.at(-1) ?? NaN },
      devMacroF1: evaluates ? result.state.epochs.map(({ devMacroF1 }) => devMacroF1) : [],
      ...(evaluates && { testMacroF1: await this.#testMacroF1(result) }),
    };
  }

  async score(rows: number): Promise<TrainingAnswer> {
    if (!this.#result) throw new Error('score was asked for before train');
    const start = performance.now();
    await this.#states(this.#result, first(this.#parts.train, rows).texts, () => undefined);
    return { seconds: (performance.now() - start) / 1000 };
  }

  async #testMacroF1(result: TrainerResult): Promise<number> {
    const { texts, targets } = this.#parts.test;
    const { labels } = this.#load;
    const logits = new Float32Array(targets.length);
    const layers = headLayers(result.parameters);
    await this.#states(result, texts, (text, state) => {
      logits.set(logitsOf(layers, state), text * labels);
    });
    const f1 = f1PerLabel('exclusive', logits, targets, labels);
    return f1.reduce((sum, each) => sum + each, 0) / labels;
  }

  async #states(
    { parameters }: TrainerResult,
    texts: readonly Int32Array[],
    take: (text: number, state: Float32Array) => void,
  ): Promise<void> {
    const { reader } = this.#session;
    const { modules } = modulesOf(this.#load.modules, reader.model.hyper, reader.model.depth);
    await pooledStates({ ...reader, modules, parameters: parameters.tensors }, texts, take);
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
  return request.op === 'train'
    ? await trainee.train(request.rows, request.epochs, request.evaluates)
    : await trainee.score(request.rows);
});
