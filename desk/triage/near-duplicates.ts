/**
 * Near-duplicates by Jaccard similarity of character shingles, found exactly: no pair at or above the threshold is missed.
 * Candidates come from an inverted index over each text's rarest shingles (prefix filter of AllPairs: Bayardo, Ma and
 * Srikant, "Scaling up all pairs similarity search", WWW 2007), each is then checked. MinHash would be quicker on
 * millions of texts, but it misses some pairs, and this check has to hold without exception.
 */
import { atOnce } from '../slices.ts';
import { normalForm } from './text-form.ts';

/** Two texts at least this similar count as the same message. */
export const NEAR_DUPLICATE = 0.7;

const SHINGLE = 5;
/** Shingles are counted, and listed, by the upper bits of their hash; those that share a place cost a look, never an error. */
const PLACE_BITS = 20;
/** A number holds a count and a hash only up to here. */
const MOST_COUNTED = 2 ** 20;
/** Texts between which others may get a turn. */
const PIECE = 16;

/** The distinct 5-character shingles of the normal form, as 32-bit hashes (FNV-1a), in no particular order. */
export function shingles(text: string): Uint32Array {
  const form = normalForm(text);
  const all = new Uint32Array(Math.max(0, form.length - SHINGLE) + 1);
  for (let start = 0; start < all.length; start++) {
    let hash = 0x811c9dc5;
    for (let at = start; at < Math.min(start + SHINGLE, form.length); at++) {
      hash = Math.imul(hash ^ form.charCodeAt(at), 0x01000193);
    }
    all[start] = hash;
  }
  all.sort();
  let count = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[count++] = all[i] as number;
  return all.slice(0, count);
}

/** |a ∩ b| / |a ∪ b| */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const seen = new Set(a);
  let shared = 0;
  for (const value of b) if (seen.has(value)) shared++;
  const union = a.length + b.length - shared;
  return union === 0 ? 1 : shared / union;
}

const placeOf = (shingle: number): number => shingle >>> (32 - PLACE_BITS);

/** Some texts as their shingles, rarest first: one order for all texts is what makes the prefix filter exact. */
class Shingled {
  readonly #frequency = new Uint32Array(1 << PLACE_BITS);
  /** ascending keys of each text */
  readonly sets: Float64Array[] = [];

  static *of(texts: readonly string[]): Generator<void, Shingled, void> {
    const made = new Shingled();
    const all: Uint32Array[] = [];
    for (const [i, text] of texts.entries()) {
      const own = shingles(text);
      for (const shingle of own) made.#frequency[placeOf(shingle)]! += 1;
      all.push(own);
      if (i % PIECE === 0) yield;
    }
    for (const [i, own] of all.entries()) {
      made.sets.push(made.keys(own));
      if (i % PIECE === 0) yield;
    }
    return made;
  }

  /** How often shingles of its place were met, and its hash, in one number. */
  keys(own: Uint32Array): Float64Array {
    return Float64Array.from(
      own,
      (shingle) => Math.min(this.#frequency[placeOf(shingle)] as number, MOST_COUNTED) * 2 ** 32 + shingle,
    ).sort();
  }
}

/** The texts that have a shingle of a place among their rarest, those that came last first. Texts must come by rising size. */
class Postings {
  readonly #sets: readonly Float64Array[];
  readonly #threshold: number;
  /** of each place the last entry, of each entry the one before and its text; 0 for none */
  readonly #last = new Int32Array(1 << PLACE_BITS);
  #before = new Int32Array(1024);
  #text = new Int32Array(1024);
  #entries = 0;
  /** The last query that met each text, so that a candidate is checked once. */
  readonly #met: Int32Array;
  #query = 0;

  constructor(sets: readonly Float64Array[], threshold: number) {
    this.#sets = sets;
    this.#threshold = threshold;
    this.#met = new Int32Array(sets.length);
  }

  add(text: number): void {
    for (const key of this.#prefix(this.#sets[text] as Float64Array)) {
      if (++this.#entries >= this.#text.length) this.#grow();
      const place = placeOf(key % 2 ** 32);
      this.#before[this.#entries] = this.#last[place] as number;
      this.#text[this.#entries] = text;
      this.#last[place] = this.#entries;
    }
  }

  /**
   * Looks through the texts that may be near-duplicates.
   * @param skips whether a whole list, or a text, need not be looked at
   * @param found told of each that is one
   */
  search(
    set: Float64Array,
    found: (text: number) => void,
    skips: { readonly list: (place: number) => boolean; readonly text: (text: number) => boolean } = NOTHING,
  ): void {
    const query = ++this.#query;
    const [least, most] = [this.#threshold * set.length - 1e-9, set.length / this.#threshold + 1e-9];
    for (const key of this.#prefix(set)) {
      const place = placeOf(key % 2 ** 32);
      for (let entry = this.#last[place] as number; entry !== 0; entry = this.#before[entry] as number) {
        const text = this.#text[entry] as number;
        const other = this.#sets[text] as Float64Array;
        if (other.length < least || skips.list(place)) break;
        if (this.#met[text] === query || other.length > most) continue;
        this.#met[text] = query;
        if (!skips.text(text) && this.#isSimilar(set, other)) found(text);
      }
    }
  }

  /** Places of the lists that a text stands in. */
  places(text: number): Iterable<number> {
    return Array.from(this.#prefix(this.#sets[text] as Float64Array), (key) => placeOf(key % 2 ** 32));
  }

  /** Two sets with Jaccard ≥ t share a member among the first |x| − ⌈t·|x|⌉ + 1 of each. */
  #prefix(set: Float64Array): Float64Array {
    return set.subarray(0, set.length - Math.ceil(this.#threshold * set.length - 1e-9) + 1);
  }

  /** Merges two ascending sets, and stops as soon as too few are left to reach the threshold. */
  #isSimilar(a: Float64Array, b: Float64Array): boolean {
    const needed = Math.ceil((this.#threshold / (1 + this.#threshold)) * (a.length + b.length) - 1e-9);
    let shared = 0;
    let i = 0;
    let j = 0;
    while (shared < needed && shared + Math.min(a.length - i, b.length - j) >= needed) {
      const difference = (a[i] as number) - (b[j] as number);
      if (difference === 0) {
        shared++;
        i++;
        j++;
      } else if (difference < 0) i++;
      else j++;
    }
    return shared >= needed;
  }

  #grow(): void {
    const larger = (list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const grown = new Int32Array(2 * list.length);
      grown.set(list);
      return grown;
    };
    [this.#before, this.#text] = [larger(this.#before), larger(this.#text)];
  }
}

const NOTHING = { list: () => false, text: () => false } as const;

const bySize = (sets: readonly Float64Array[]): readonly number[] =>
  [...sets.keys()].sort((a, b) => (sets[a] as Float64Array).length - (sets[b] as Float64Array).length || a - b);

interface Indexed {
  readonly shingled: Shingled;
  readonly postings: Postings;
}

function* indexing(texts: readonly string[], threshold: number): Generator<void, Indexed, void> {
  const shingled = yield* Shingled.of(texts);
  const postings = new Postings(shingled.sets, threshold);
  for (const text of bySize(shingled.sets)) postings.add(text);
  return { shingled, postings };
}

/** Finds, for any text, all indexed texts at or above the threshold. */
export class ShingleIndex {
  readonly #shingled: Shingled;
  readonly #postings: Postings;

  constructor(texts: readonly string[], threshold = NEAR_DUPLICATE, indexed = atOnce(indexing(texts, threshold))) {
    this.#shingled = indexed.shingled;
    this.#postings = indexed.postings;
  }

  /** The same, piece by piece. */
  static *of(texts: readonly string[], threshold = NEAR_DUPLICATE): Generator<void, ShingleIndex, void> {
    return new ShingleIndex(texts, threshold, yield* indexing(texts, threshold));
  }

  /** Positions of the indexed texts that are near-duplicates of `text`, ascending; a text that is indexed finds itself. */
  similar(text: string): number[] {
    const found: number[] = [];
    this.#postings.search(this.#shingled.keys(shingles(text)), (position) => found.push(position));
    return found.sort((a, b) => a - b);
  }
}

/** Texts that belong together. */
class Groups {
  readonly #parent: Int32Array;

  constructor(count: number) {
    this.#parent = Int32Array.from({ length: count }, (_, i) => i);
  }

  /** The first text of a group. */
  of(text: number): number {
    let at = text;
    for (let up: number; (up = this.#parent[at] as number) !== at; at = up) {
      // Whoever asks next has half the way.
      this.#parent[at] = this.#parent[up] as number;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.of(a), this.of(b)];
    this.#parent[Math.max(one, other)] = Math.min(one, other);
  }
}

/**
 * Joins near-duplicates into groups (connected components), piece by piece.
 * Returns for each text the position of the first text of its group.
 */
export function* groupNearDuplicates(
  texts: readonly string[],
  threshold = NEAR_DUPLICATE,
): Generator<void, Int32Array, void> {
  const { sets } = yield* Shingled.of(texts);
  const postings = new Postings(sets, threshold);
  const groups = new Groups(texts.length);
  // A list whose texts are all of one group, as one of them; −1 where they are not.
  const whole = new Map<number, number>();
  for (const [i, text] of bySize(sets).entries()) {
    if (i % PIECE === 0) yield;
    postings.search(sets[text] as Float64Array, (other) => groups.join(text, other), {
      list: (place) => {
        const one = whole.get(place) ?? -1;
        return one >= 0 && groups.of(one) === groups.of(text);
      },
      text: (other) => groups.of(other) === groups.of(text),
    });
    for (const place of postings.places(text)) {
      const one = whole.get(place);
      if (one === undefined) whole.set(place, text);
      else if (one >= 0 && groups.of(one) !== groups.of(text)) whole.set(place, -1);
    }
    postings.add(text);
  }
  return Int32Array.from(texts, (_, position) => groups.of(position));
}

/** The same at once. */
export const nearDuplicateGroups = (texts: readonly string[], threshold = NEAR_DUPLICATE): Int32Array =>
  atOnce(groupNearDuplicates(texts, threshold));
