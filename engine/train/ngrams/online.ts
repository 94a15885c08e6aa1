/**
 * Logistic regression on hashed character n-grams that learns row by row, for a proxy that learns while it is asked. Steps by
 * AdaGrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12,
 * 2011): a bucket that was seldom met moves far, one that was met often moves little, so that one pass is enough.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { seededRandom, shuffle } from '../random.ts';
import { NGRAM_SHAPE, type NgramShape } from './ngram-features.ts';
import type { SparseRows } from './sparse-rows.ts';

export interface OnlineOptions {
  readonly shape?: NgramShape;
  /** length of a step along a gradient that was never met before */
  readonly rate: number;
}

/** What the sum of squared gradients of a bucket starts with: the first step is finite. */
const LEAST_SQUARES = 1e-4;
/** Rows between two breaths of the event loop: some 10 ms. */
const BREATH = 2_000;

export class OnlineNgrams {
  readonly #rate: number;
  readonly #weights: Float32Array;
  readonly #squares: Float32Array;
  #bias = 0;
  #biasSquares = LEAST_SQUARES;
  readonly #random = seededRandom(1);

  constructor({ shape = NGRAM_SHAPE, rate }: OnlineOptions) {
    this.#rate = rate;
    this.#weights = new Float32Array(shape.buckets);
    this.#squares = new Float32Array(shape.buckets).fill(LEAST_SQUARES);
  }

  /**
   * Learns on from some rows, in an order of its own. Deterministic. Throws the signal's reason when aborted.
   * @param wanted numbers of the rows
   * @param targets probability of each, in their order
   */
  async learn(
    { starts, buckets, values }: SparseRows,
    wanted: Uint32Array,
    targets: Float32Array,
    passes: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const order = Array.from(wanted.keys());
    for (let pass = 0; pass < passes; pass++) {
      shuffle(order, this.#random);
      for (const [done, i] of order.entries()) {
        if (done % BREATH === 0) await breathe();
        signal?.throwIfAborted();
        const row = wanted[i] as number;
        const [from, to] = [starts[row] as number, starts[row + 1] as number];
        const error = 1 / (1 + Math.exp(-this.#logOddsOf(buckets, values, from, to))) - (targets[i] as number);
        this.#biasSquares += error * error;
        this.#bias -= (this.#rate * error) / Math.sqrt(this.#biasSquares);
        for (let k = from; k < to; k++) this.#step(buckets[k] as number, error * (values[k] as number));
      }
    }
  }

  #step(bucket: number, gradient: number): void {
    const squares = (this.#squares[bucket] as number) + gradient * gradient;
    this.#squares[bucket] = squares;
    this.#weights[bucket] = (this.#weights[bucket] as number) - (this.#rate * gradient) / Math.sqrt(squares);
  }

  /** Log-odds of some rows, in their order. */
  logOdds({ starts, buckets, values }: SparseRows, wanted: Uint32Array): Float32Array {
    return Float32Array.from(wanted, (row) =>
      this.#logOddsOf(buckets, values, starts[row] as number, starts[row + 1] as number),
    );
  }

  #logOddsOf(buckets: Int32Array, values: Float32Array, from: number, to: number): number {
    let sum = this.#bias;
    for (let k = from; k < to; k++) sum += (values[k] as number) * (this.#weights[buckets[k] as number] as number);
    return sum;
  }
}
