/**
 * Gradient × input (Simonyan et al. 2014; Shrikumar et al. 2016), the usual cheap explanation that ours are held against: how
 * much a little more of a token's embedding would move the score, to first order.
 */
import { chooseModel } from '../../desk/models/choose.ts';
import { places } from '../../desk/models/places.ts';
import type { ExplainedWord } from '../../desk/triage/explain.ts';
import type { Explanation } from '../../engine/explain/explain.ts';
import { Graph } from '../../engine/ggml/graph.ts';
import { Batch, nodesOf } from '../../engine/model/batch.ts';
import { Scorer } from '../../engine/score/scorer.ts';
import { startFrom } from '../../engine/train/start.ts';
import { prepared } from '../../engine/train/steps/prepared.ts';
import type { Trained } from '../../engine/train/steps/step.ts';

export class GradientInput implements AsyncDisposable {
  readonly #session: Scorer;
  readonly #trained: Trained;
  /** the label that says "nothing to review" */
  readonly #neutral: number;
  readonly #owned: AsyncDisposableStack;

  private constructor(session: Scorer, trained: Trained, neutral: number, owned: AsyncDisposableStack) {
    this.#session = session;
    this.#trained = trained;
    this.#neutral = neutral;
    this.#owned = owned;
  }

  /**
   * @param path of an adapter; null for the one that comes with the program
   * @returns null for an adapter that this is not defined for here: several labels at once, none that is neutral, or trained on frozen states
   */
  static async open(path: string | null): Promise<GradientInput | null> {
    const { base, adapter, adapterBytes } = await chooseModel(places(), path === null ? {} : { adapter: path });
    const { modules, labels, neutralLabel, task, exitDepth, pooling, instruction } = adapter;
    const settings = modules?.settings;
    if (settings === undefined || settings.method === 'full' || neutralLabel === null || task === 'multi-label')
      return null;
    const hidden = adapter.hidden?.bias.length ?? 0;
    await using opening = new AsyncDisposableStack();
    const session = opening.use(
      await Scorer.open({
        base,
        adapter: adapterBytes,
        backend: 'cpu',
        deterministic: true,
        // All layers are gone back through, whichever are trained.
        trains: { ...settings, from: 0 },
      }),
    );
    const into = { base: adapter.base.sha256, depth: exitDepth, pooling, instruction, modules: settings, hidden };
    const trained = prepared(
      session.reader.model,
      {
        labels: labels.length,
        task: 'exclusive',
        method: settings,
        options: { hidden, seed: 0 },
        start: startFrom(adapterBytes, into, labels, neutralLabel),
      },
      opening,
    );
    return new GradientInput(session, trained, labels.indexOf(neutralLabel), opening.move());
  }

  /** The sum over the tokens of each word. */
  async ofWords(
    text: string,
    tokens: Explanation['tokens'],
    words: readonly ExplainedWord[],
  ): Promise<ReadonlyMap<ExplainedWord, number>> {
    const ids = this.#session.encode(text);
    if (typeof ids === 'string') throw new RangeError(`The text is not read: ${ids}.`);
    const values = await this.ofTokens(ids);
    const within = ({ start, end }: ExplainedWord) =>
      tokens.reduce(
        (sum, { place }, i) => (place && place.start < end && place.end > start ? sum + (values[i] ?? 0) : sum),
        0,
      );
    return new Map(words.map((word) => [word, within(word)]));
  }

  /** What each token adds to −log p(neutral), as the gradient has it. */
  async ofTokens(ids: Int32Array): Promise<Float32Array> {
    const states = await this.entering(ids);
    const { gradient } = await this.lossOf(states);
    const { width } = this.#trained.model.hyper;
    return Float32Array.from(ids, (_, token) => {
      let sum = 0;
      for (let i = token * width; i < (token + 1) * width; i++) sum += (states[i] ?? 0) * (gradient[i] ?? 0);
      return sum;
    });
  }

  /** What the embedding gives to the first layer: (C, tokens) */
  async entering(ids: Int32Array): Promise<Float32Array> {
    const { model } = this.#trained;
    await using graph = new Graph(model.backend, nodesOf(model, { trains: false, modules: undefined }));
    const batch = new Batch(graph, model, [ids.length], { trains: false, to: 0 });
    graph.finish([batch.states]);
    batch.upload([ids], this.#session.info.pooling);
    await graph.compute();
    // Rows are filled up to a whole number of those that products want.
    return batch.states.download().slice(0, ids.length * model.hyper.width);
  }

  /** −log p(neutral) of what enters the first layer, and its gradient by it: (C, tokens) */
  async lossOf(states: Float32Array): Promise<{ readonly loss: number; readonly gradient: Float32Array }> {
    const { model, modules, parameters, head } = this.#trained;
    const { tensors } = parameters;
    await using graph = new Graph(model.backend, nodesOf(model, { trains: true, modules }));
    const lengths = [states.length / model.hyper.width];
    const batch = new Batch(graph, model, lengths, { trains: true, modules, parameters: tensors, from: 0 });
    const { y: logits, backward } = head.forward(batch.pass, batch.pooled);
    const target = graph.input('f32', logits.ne[0], 1);
    const p = graph.softMax(logits, null, 1);
    const gradient = batch.backward(backward(graph.sub(p, target)), 0);
    graph.finish([p, gradient]);
    batch.uploadStates([states], this.#session.info.pooling);
    target.upload(Float32Array.from({ length: logits.ne[0] }, (_, label) => (label === this.#neutral ? 1 : 0)));
    await graph.compute();
    return { loss: -Math.log(p.download()[this.#neutral] ?? NaN), gradient: gradient.download() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
