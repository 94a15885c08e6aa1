/**
 * Near-duplicates by Jaccard similarity of character shingles, found exactly: no pair at or above the threshold is missed.
 * Candidates come from an inverted index over each text's rarest shingles (prefix filter of AllPairs: Bayardo, Ma and
 * Srikant, "Scaling up all pairs similarity search", WWW 2007), each is then checked. MinHash would be quicker on
 * millions of texts, but it misses some pairs, and this check has to hold without exception.
 */

/** Two texts at least this similar count as the same message. */
export const NEAR_DUPLICATE = 0.7;

const SHINGLE = 5;

/**
 * What two copies of a message share: lower case, compatibility forms folded, links and punctuation gone, handles made
 * equal, runs of anything else one space. A text without letters, digits or symbols keeps its characters.
 */
export function normalForm(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/@[\p{L}\p{N}_]+|<user>/gu, ' user ')
    .replace(/[^\p{L}\p{N}\p{M}\p{So}\p{Sk}]+/gu, ' ')
    .trim();
  return folded === '' ? text.trim() : folded;
}

/** The distinct 5-character shingles of the normal form, as 32-bit hashes (FNV-1a), in no particular order. */
export function shingles(text: string): Uint32Array {
  const form = normalForm(text);
  const set = new Set<number>();
  const last = Math.max(0, form.length - SHINGLE);
  for (let start = 0; start <= last; start++) {
    let hash = 0x811c9dc5;
    for (let at = start; at < Math.min(start + SHINGLE, form.length); at++) {
      hash = Math.imul(hash ^ form.charCodeAt(at), 0x01000193);
    }
    set.add(hash >>> 0);
  }
  return Uint32Array.from(set);
}

/** |a ∩ b| / |a ∪ b| */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  const seen = new Set(a);
  let shared = 0;
  for (const value of b) if (seen.has(value)) shared++;
  const union = a.length + b.length - shared;
  return union === 0 ? 1 : shared / union;
}

/** Finds, for any text, all indexed texts at or above the threshold. */
export class ShingleIndex {
  readonly #threshold: number;
  /** Rank of each shingle, rarest first: one order for all texts is what makes the prefix filter exact. */
  readonly #rank = new Map<number, number>();
  /** Each text's shingles as ascending ranks. */
  readonly #sets: readonly Uint32Array[];
  readonly #postings: number[][] = [];
  /** The last query that met each text, so that a candidate is checked once. */
  readonly #met: Int32Array;
  #query = 0;

  constructor(texts: readonly string[], threshold = NEAR_DUPLICATE) {
    this.#threshold = threshold;
    const sets = texts.map(shingles);
    const frequency = new Map<number, number>();
    for (const set of sets) for (const value of set) frequency.set(value, (frequency.get(value) ?? 0) + 1);
    const ordered = [...frequency].sort(([a, countA], [b, countB]) => countA - countB || a - b);
    ordered.forEach(([value], rank) => this.#rank.set(value, rank));
    this.#sets = sets.map((set) => this.#ranks(set));
    this.#met = new Int32Array(sets.length);
    this.#sets.forEach((set, index) => {
      for (const rank of set.subarray(0, this.#prefixLength(set.length))) (this.#postings[rank] ??= []).push(index);
    });
  }

  /** Positions of the indexed texts that are near-duplicates of `text`, ascending; a text that is indexed finds itself. */
  similar(text: string): number[] {
    const all = shingles(text);
    const set = this.#ranks(all);
    // Shingles that no indexed text has are the rarest of all: they fill the front of the prefix.
    const prefix = this.#prefixLength(all.length) - (all.length - set.length);
    const found: number[] = [];
    const query = ++this.#query;
    for (const rank of set.subarray(0, Math.max(0, prefix))) {
      for (const index of this.#postings[rank] ?? []) {
        if (this.#met[index] === query) continue;
        this.#met[index] = query;
        if (this.#isSimilar(all.length, set, this.#sets[index] as Uint32Array)) found.push(index);
      }
    }
    return found.sort((a, b) => a - b);
  }

  #ranks(set: Uint32Array): Uint32Array {
    const ranks: number[] = [];
    for (const value of set) {
      const rank = this.#rank.get(value);
      if (rank !== undefined) ranks.push(rank);
    }
    return Uint32Array.from(ranks).sort();
  }

  /** Two sets with Jaccard ≥ t share a member among the first |x| − ⌈t·|x|⌉ + 1 of each. */
  #prefixLength(size: number): number {
    return size - Math.ceil(this.#threshold * size - 1e-9) + 1;
  }

  /** Merges two ascending sets, and stops as soon as too few are left to reach the threshold. */
  #isSimilar(size: number, a: Uint32Array, b: Uint32Array): boolean {
    const needed = Math.ceil((this.#threshold / (1 + this.#threshold)) * (size + b.length) - 1e-9);
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
}

/**
 * Joins near-duplicates into groups (connected components).
 * Returns for each text the position of the first text of its group.
 */
export function nearDuplicateGroups(texts: readonly string[], threshold = NEAR_DUPLICATE): Int32Array {
  const index = new ShingleIndex(texts, threshold);
  const first = Int32Array.from(texts, (_, position) => position);
  const root = (position: number): number => {
    let at = position;
    while (first[at] !== at) at = first[at] as number;
    return at;
  };
  texts.forEach((text, position) => {
    for (const other of index.similar(text)) {
      if (other >= position) break;
      const [low, high] = [root(other), root(position)].sort((a, b) => a - b) as [number, number];
      first[high] = low;
    }
  });
  return first.map((_, position) => root(position));
}
