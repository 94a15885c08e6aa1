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
