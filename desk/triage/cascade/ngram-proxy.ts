/** The cheap proxy: character n-grams that learn the model's own scores of this import. */
import { setImmediate as breathe } from 'node:timers/promises';
import { predictNgrams, trainNgrams, type NgramModel, type NgramOptions } from '../../../engine/train/ngrams/ngrams.ts';
import type { Learned, Proxy } from './cascade.ts';

/** The same pull to zero however many texts there are: few are not learned by heart, many may say more. */
const PULL = 0.3;
/** Passes over the texts, for a model that begins with what an earlier one learned. */
const PASSES_AGAIN = 12;

/** @param start what was learned from fewer texts */
export const proxyOptions = (texts: number, start: NgramModel | null): NgramOptions => ({
  classes: 2,
  strength: PULL / texts,
  ...(start && { start, maxIterations: PASSES_AGAIN }),
});

/**
 * How steeply a score counts as flagged around the threshold: the log-odds of the target are so much of the score's, the
 * threshold at zero. Flagged or not alone would waste what a score says; the whole distance would be learned for the
 * sake of texts far from the threshold.
 */
const STEEPNESS = 0.5;
/** Scores of 0 and 1 would be endlessly far from any threshold. */
const LEAST = 1e-4;

/** Texts between which others get their turn. */
const TOGETHER = 500;

export class NgramProxy implements Proxy {
  readonly #textsOf: (places: Uint32Array) => readonly string[];
  readonly #threshold: number;
  readonly #signal: AbortSignal | undefined;

  /** @param threshold score from which on a text is flagged */
  constructor(textsOf: (places: Uint32Array) => readonly string[], threshold: number, signal?: AbortSignal) {
    this.#textsOf = textsOf;
    this.#threshold = threshold;
    this.#signal = signal;
  }

  /** Throws the signal's reason when aborted. */
  async learn(places: Uint32Array, scores: Float32Array, before: Learned | null): Promise<Learned> {
    const readable = places.filter((_, i) => !Number.isNaN(scores[i]));
    if (readable.length === 0) return { expect: (asked) => Promise.resolve(new Float32Array(asked.length)) };
    const model = await trainNgrams(
      this.#textsOf(readable),
      { kind: 'probabilities', probabilities: proxyTargets(scores, this.#threshold) },
      proxyOptions(readable.length, before instanceof LearnedNgrams ? before.model : null),
      { signal: this.#signal },
    );
    return new LearnedNgrams(model, this.#textsOf, this.#signal);
  }
}

class LearnedNgrams implements Learned {
  readonly model: NgramModel;
  readonly #textsOf: (places: Uint32Array) => readonly string[];
  readonly #signal: AbortSignal | undefined;

  constructor(model: NgramModel, textsOf: (places: Uint32Array) => readonly string[], signal: AbortSignal | undefined) {
    this.model = model;
    this.#textsOf = textsOf;
    this.#signal = signal;
  }

  async expect(asked: Uint32Array): Promise<Float32Array> {
    const logOdds = new Float32Array(asked.length);
    for (let at = 0; at < asked.length; at += TOGETHER) {
      await breathe();
      this.#signal?.throwIfAborted();
      const p = predictNgrams(this.model, this.#textsOf(asked.subarray(at, at + TOGETHER)));
      for (let i = 0; i < p.length / 2; i++)
        logOdds[at + i] = Math.log(p[2 * i + 1] as number) - Math.log(p[2 * i] as number);
    }
    return logOdds;
  }
}

/** Probabilities of not flagged and flagged that the proxy learns, one pair for each score that is a number. */
export function proxyTargets(scores: Float32Array, threshold: number): Float32Array {
  const middle = logit(threshold);
  return Float32Array.from(
    [...scores]
      .filter((score) => !Number.isNaN(score))
      .flatMap((score) => {
        const flagged = 1 / (1 + Math.exp(STEEPNESS * (middle - logit(score))));
        return [1 - flagged, flagged];
      }),
  );
}

const logit = (p: number): number => Math.log((p + LEAST) / (1 - p + LEAST));
