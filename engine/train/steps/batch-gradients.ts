/** The loss and the gradients of one batch, its parts side by side on all lanes. */
import type { Reader } from '../../score/pooled-states.ts';
import type { Entrance } from './entering.ts';
import { Gradients } from './gradients.ts';
import { crossEntropy, type Loss } from './loss.ts';
import { isShortage, plansFrom, type StepPlan } from './memory.ts';
import { seededRandom } from '../random.ts';
import { splitBatch } from './schedule.ts';
import { TrainingStep, type Trained } from './step.ts';

export interface BatchesOptions {
  readonly dropout: number;
  /** tokens of each text */
  readonly lengths: readonly number[];
  readonly plan: StepPlan;
  /** memory ran out, and it goes on with less */
  readonly onShortage: (plan: StepPlan) => void;
  /** a part of a batch is done */
  readonly onPart?: (() => void) | undefined;
}

export class BatchGradients {
  readonly #trained: Trained;
  readonly #reader: Reader;
  readonly #entrance: Entrance;
  readonly #loss: Loss;
  readonly #options: BatchesOptions;
  #plan: StepPlan;
  /** of each part; the first one takes the sum */
  readonly #parts: Gradients[] = [];

  constructor(trained: Trained, reader: Reader, entrance: Entrance, loss: Loss, options: BatchesOptions) {
    this.#trained = trained;
    this.#reader = reader;
    this.#entrance = entrance;
    this.#loss = loss;
    this.#options = options;
    this.#plan = options.plan;
  }

  /**
   * The mean loss of a batch and its gradients, which are good until the next call. Parts are summed in their own order, so
   * that a run can be repeated.
   * @param seed of dropout
   */
  async of(batch: readonly number[], scale: number, seed: number): Promise<{ loss: number; gradients: Gradients }> {
    for (;;) {
      try {
        return await this.#compute(batch, scale, seed);
      } catch (error) {
        // ggml allocates before it computes, so that nothing has happened yet.
        const next = isShortage(error) ? this.#smaller() : undefined;
        if (!next) throw error;
        this.#plan = next;
        this.#options.onShortage(next);
      }
    }
  }

  #smaller(): StepPlan | undefined {
    const plans = plansFrom(this.#plan.tokens);
    return this.#plan.recomputes ? plans.filter(({ recomputes }) => recomputes)[1] : plans[1];
  }

  async #compute(batch: readonly number[], scale: number, seed: number) {
    const { lanes, pooling } = this.#reader;
    const { lengths, dropout } = this.#options;
    const { tokens, recomputes } = this.#plan;
    const parts = splitBatch(batch, lengths, { parts: lanes.count, tokens });
    const losses = new Float64Array(parts.length);
    while (this.#parts.length < parts.length) this.#parts.push(new Gradients(this.#trained.parameters));
    await lanes.each(parts.entries(), async ([at, part], lane) => {
      const entering = this.#entrance.of(part);
      const targets = this.#loss.of(part, batch);
      await using step = new TrainingStep(
        this.#trained,
        part.map((text) => lengths[text] ?? 1),
        { enters: entering.kind, dropout, recomputes, lane },
      );
      const logits = await step.run(entering, targets, pooling, {
        gradients: this.#part(at),
        scale,
        random: dropout > 0 ? seededRandom(seed + at) : undefined,
      });
      losses[at] = crossEntropy(this.#trained.task, logits, targets, this.#loss.labels);
      this.#options.onPart?.();
    });
    const gradients = this.#part(0);
    for (let at = 1; at < parts.length; at++) gradients.add(this.#part(at));
    gradients.scale(1 / scale);
    return { loss: losses.reduce((sum, loss) => sum + loss, 0), gradients };
  }

  #part(at: number): Gradients {
    const gradients = this.#parts[at];
    if (!gradients) throw new RangeError(`There is no part ${at}.`);
    return gradients;
  }
}
