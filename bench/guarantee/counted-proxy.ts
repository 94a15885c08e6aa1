/** The program's proxy on n-grams that are counted once for all runs: the same numbers, without counting them anew each time. */
import { hash } from 'node:crypto';
import { trainOnRows, type NgramModel } from '../../engine/train/ngrams/ngrams.ts';
import type { SparseRows } from '../../engine/train/ngrams/sparse-rows.ts';
import type { Learned, Proxy } from '../../desk/triage/cascade/cascade.ts';
import { proxyOptions, proxyTargets } from '../../desk/triage/cascade/ngram-proxy.ts';

export class CountedProxy implements Proxy {
  readonly #rows: SparseRows;
  readonly #rowOf: (place: number) => number;
  readonly #threshold: number;
  /** what was learned in the run in hand, by what it was learned from: targets of one run share their sample */
  readonly #learned = new Map<string, LearnedRows>();

  /** @param rowOf the row of a place: a resampled stream has texts several times */
  constructor(rows: SparseRows, rowOf: (place: number) => number, threshold: number) {
    this.#rows = rows;
    this.#rowOf = rowOf;
    this.#threshold = threshold;
  }

  async learn(places: Uint32Array, scores: Float32Array, before: Learned | null): Promise<Learned> {
    const key = hash('sha256', places);
    const known = this.#learned.get(key);
    if (known !== undefined) return known;
    const model = await this.#model(places, scores, before instanceof LearnedRows ? before.model : null);
    const learned = new LearnedRows(model, logOdds(model, this.#rows), this.#rowOf);
    this.#learned.set(key, learned);
    return learned;
  }

  async #model(places: Uint32Array, scores: Float32Array, start: NgramModel | null): Promise<NgramModel> {
    const readable = places.filter((_, i) => !Number.isNaN(scores[i]));
    const probabilities = proxyTargets(scores, this.#threshold);
    const rows = only(
      this.#rows,
      Uint32Array.from(readable, (place) => this.#rowOf(place)),
    );
    return await trainOnRows(rows, { kind: 'probabilities', probabilities }, proxyOptions(readable.length, start));
  }
}

class LearnedRows implements Learned {
  readonly model: NgramModel;
  readonly #logOdds: Float32Array;
  readonly #rowOf: (place: number) => number;

  constructor(model: NgramModel, logOddsOf: Float32Array, rowOf: (place: number) => number) {
    this.model = model;
    this.#logOdds = logOddsOf;
    this.#rowOf = rowOf;
  }

  expect(asked: Uint32Array): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from(asked, (place) => this.#logOdds[this.#rowOf(place)] as number));
  }
}

function only({ starts, buckets, values }: SparseRows, wanted: Uint32Array): SparseRows {
  const own = new Float64Array(wanted.length + 1);
  wanted.forEach((row, i) => {
    own[i + 1] = (own[i] as number) + (starts[row + 1] as number) - (starts[row] as number);
  });
  const size = own[wanted.length] as number;
  const [ownBuckets, ownValues] = [new Int32Array(size), new Float32Array(size)];
  wanted.forEach((row, i) => {
    ownBuckets.set(buckets.subarray(starts[row], starts[row + 1]), own[i]);
    ownValues.set(values.subarray(starts[row], starts[row + 1]), own[i]);
  });
  return { starts: own, buckets: ownBuckets, values: ownValues };
}

function logOdds({ weights, bias }: NgramModel, { starts, buckets, values }: SparseRows): Float32Array {
  return Float32Array.from({ length: starts.length - 1 }, (_, row) => {
    let sum = bias[0] as number;
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i++)
      sum += (values[i] as number) * (weights[buckets[i] as number] as number);
    return sum;
  });
}
