/** The cheap proxy: words and character n-grams that learn the model's own scores of this import, as these come. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { NgramShape } from '../../../engine/train/ngrams/ngram-features.ts';
import { ngramRows } from '../../../engine/train/ngrams/ngrams.ts';
import { OnlineNgrams } from '../../../engine/train/ngrams/online.ts';
import type { SparseRows } from '../../../engine/train/ngrams/sparse-rows.ts';
import type { Learned, Proxy } from './cascade.ts';

/**
 * Words beside n-grams: fitted to 10,000 of 60,000 real texts, 1% of them flagged, they put 98% of what is flagged into the first 11%
 * of the order, and n-grams alone into the first 16%. More buckets than the baseline has: a million texts fill these.
 */
export const PROXY_SHAPE: NgramShape = { buckets: 1 << 20, shortest: 2, longest: 4, words: true };

/** 1 to 3 put what is flagged equally far ahead; at 10 nothing is learned. */
const RATE = 2;
/** Passes over the sample, with which it begins, and over what is read later. */
const PASSES = { sample: 10, later: 3 } as const;

/**
 * How steeply a score counts as flagged around the threshold: the log-odds of the target are so many times the score's, the
 * threshold at zero. Flagged or not alone would waste what a score says.
 */
const STEEPNESS = 1;
/** Scores of 0 and 1 would be endlessly far from any threshold. */
const LEAST = 1e-4;

/** Texts between which others get their turn. */
const TOGETHER = 500;

/** N-grams of the texts in some places, with the number of each one's row. */
export interface Counted {
  readonly rows: SparseRows;
  readonly wanted: Uint32Array;
}

export class NgramProxy implements Proxy {
  readonly #countedOf: (places: Uint32Array) => Promise<Counted>;
  readonly #threshold: number;
  readonly #signal: AbortSignal | undefined;

  /** @param threshold score from which on a text is flagged */
  constructor(countedOf: (places: Uint32Array) => Promise<Counted>, threshold: number, signal?: AbortSignal) {
    this.#countedOf = countedOf;
    this.#threshold = threshold;
    this.#signal = signal;
  }

  /** Counts the n-grams of texts whenever it is asked about them: they are too many to be kept. */
  static of(textsOf: (places: Uint32Array) => readonly string[], threshold: number, signal?: AbortSignal): NgramProxy {
    const countedOf = async (places: Uint32Array): Promise<Counted> => ({
      rows: await ngramRows(textsOf(places), PROXY_SHAPE, signal),
      wanted: Uint32Array.from(places.keys()),
    });
    return new NgramProxy(countedOf, threshold, signal);
  }

  /** Throws the signal's reason when aborted. */
  async learn(places: Uint32Array, scores: Float32Array, before: Learned | null): Promise<Learned> {
    const known = before instanceof LearnedNgrams ? before : null;
    const model = known?.model ?? new OnlineNgrams({ shape: PROXY_SHAPE, rate: RATE });
    const readable = places.filter((_, i) => !Number.isNaN(scores[i]));
    const { rows, wanted } = await this.#countedOf(readable);
    const targets = proxyTargets(scores, this.#threshold);
    await model.learn(rows, wanted, targets, known === null ? PASSES.sample : PASSES.later, this.#signal);
    return known ?? new LearnedNgrams(model, this.#countedOf, this.#signal);
  }
}

class LearnedNgrams implements Learned {
  readonly model: OnlineNgrams;
  readonly #countedOf: (places: Uint32Array) => Promise<Counted>;
  readonly #signal: AbortSignal | undefined;

  constructor(
    model: OnlineNgrams,
    countedOf: (places: Uint32Array) => Promise<Counted>,
    signal: AbortSignal | undefined,
  ) {
    this.model = model;
    this.#countedOf = countedOf;
    this.#signal = signal;
  }

  async expect(asked: Uint32Array): Promise<Float32Array> {
    const logOdds = new Float32Array(asked.length);
    for (let at = 0; at < asked.length; at += TOGETHER) {
      await breathe();
      this.#signal?.throwIfAborted();
      const { rows, wanted } = await this.#countedOf(asked.subarray(at, at + TOGETHER));
      logOdds.set(this.model.logOdds(rows, wanted), at);
    }
    return logOdds;
  }
}

/** Probability of being flagged that the proxy learns, one for each score that is a number. */
function proxyTargets(scores: Float32Array, threshold: number): Float32Array {
  const middle = logit(threshold);
  return scores
    .filter((score) => !Number.isNaN(score))
    .map((score) => 1 / (1 + Math.exp(STEEPNESS * (middle - logit(score)))));
}

const logit = (p: number): number => Math.log((p + LEAST) / (1 - p + LEAST));
