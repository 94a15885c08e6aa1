/**
 * Hashed character n-grams of a text: what it is made of, without a vocabulary.
 *
 * N-grams run across word boundaries, the boundary being one space: " you" and "u a" are features of their own. Kept
 * inside words they measure the same on HateXplain (macro-F1 .756 against .758); across, spelling with spaces
 * between the letters leaves something to see.
 * Each value is 1 + ln(count), and the whole is brought to length 1, so that a long text does not shout.
 */

export interface NgramShape {
  /** number of buckets, a power of two */
  readonly buckets: number;
  /** shortest and longest n-gram, in UTF-16 code units */
  readonly shortest: number;
  readonly longest: number;
  /** also counts words and single signs, which weigh as much as all n-grams together; default: n-grams alone */
  readonly words?: boolean;
}

/** 2^18 buckets are 1 MiB of weights a class. HateXplain's test part, macro-F1: 2^16 .753, 2^18 .758, 2^20 .763. */
export const NGRAM_SHAPE: NgramShape = { buckets: 1 << 18, shortest: 2, longest: 5 };

/** Code units that are read of one text: an endless message must not hold up the rest. */
const LONGEST_TEXT = 20_000;

const LOG_TF = Float64Array.from({ length: 256 }, (_, count) => (count === 0 ? 0 : 1 + Math.log(count)));

/** Letters and digits in a row, or one other sign. */
const WORD = /[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;

/** FNV-1a, code unit by code unit; words begin elsewhere than n-grams, so that "you" is not " you ". */
const START = 0x811c9dc5;
const WORD_START = 0x5bd1e995;
const hashed = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193);

/** Lower case, compatibility forms folded, white space one space, a space at both ends. */
function folded(text: string): string {
  const start = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
  return ` ${start.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()} `;
}

/** Counts the n-grams of one text after another. Its arrays are used again for each text. */
export class NgramCounter {
  readonly #shape: NgramShape;
  readonly #counts: Int32Array;
  #touched = new Int32Array(4096);
  #values = new Float64Array(4096);

  constructor(shape: NgramShape) {
    this.#shape = shape;
    this.#counts = new Int32Array(shape.buckets);
  }

  /**
   * Counts `text` and gives how many entries it fills; they stand in `buckets` and `values` until the next call. The
   * values of the n-grams have length 1, and so have those of the words; an empty text fills none. A word may share the
   * bucket of an n-gram: then that stands there twice.
   */
  count(text: string): number {
    const { shortest, longest, words } = this.#shape;
    const form = folded(text);
    const length = form.length;
    if (length <= 2) return 0;
    const room = length * (longest - shortest + 2);
    if (this.#touched.length < room) {
      this.#touched = new Int32Array(room);
      this.#values = new Float64Array(room);
    }
    let filled = 0;
    for (let start = 0; start < length; start++) {
      let hash = START;
      const end = Math.min(start + longest, length);
      for (let at = start; at < end; at++) {
        hash = hashed(hash, form.charCodeAt(at));
        if (at - start + 1 >= shortest) filled = this.#meet(hash, filled);
      }
    }
    this.#weigh(0, filled);
    if (words !== true) return filled;
    const ngrams = filled;
    for (const [word] of form.matchAll(WORD)) {
      let hash = WORD_START;
      for (let at = 0; at < word.length; at++) hash = hashed(hash, word.charCodeAt(at));
      filled = this.#meet(hash, filled);
    }
    this.#weigh(ngrams, filled);
    return filled;
  }

  /** Counts one occurrence; returns how many entries are filled then. */
  #meet(hash: number, filled: number): number {
    // FNV's low bits know little of its high ones; fold them in before they are cut off.
    const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const bucket = (mixed ^ (mixed >>> 13)) & (this.#shape.buckets - 1);
    const before = this.#counts[bucket] as number;
    this.#counts[bucket] = before + 1;
    if (before !== 0) return filled;
    this.#touched[filled] = bucket;
    return filled + 1;
  }

  /** Turns counts into values of length 1, and leaves nothing of them for the next text. */
  #weigh(from: number, to: number): void {
    const counts = this.#counts;
    const values = this.#values;
    let squares = 0;
    for (let i = from; i < to; i++) {
      const bucket = this.#touched[i] as number;
      const count = counts[bucket] as number;
      counts[bucket] = 0;
      const value = count < LOG_TF.length ? (LOG_TF[count] as number) : 1 + Math.log(count);
      values[i] = value;
      squares += value * value;
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = from; i < to; i++) values[i] = (values[i] as number) * scale;
  }

  get buckets(): Int32Array {
    return this.#touched;
  }

  get values(): Float64Array {
    return this.#values;
  }
}
