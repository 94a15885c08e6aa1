/** What was searched for lately: the next page of a search, and the next condition beside it, need not search again. */
import type { Search } from '../store/search.ts';

interface Kept {
  readonly ids: Uint32Array;
  readonly at: number;
}

/** Searches that are kept; the oldest go first. */
const MOST = 8;
/** While an import brings new texts all the time, what was found stays good for so long, milliseconds. */
const FRESH_MS = 3_000;

export class Searches {
  readonly #search: Search;
  readonly #kept = new Map<string, Kept>();
  #changed = -Infinity;

  constructor(search: Search) {
    this.#search = search;
  }

  /** Ids of the items whose text holds what is searched for. */
  find(query: string): Uint32Array {
    const now = performance.now();
    const kept = this.#kept.get(query);
    if (kept !== undefined && (kept.at > this.#changed || now - kept.at < FRESH_MS)) return kept.ids;
    const ids = this.#search.ids(query);
    this.#kept.delete(query);
    this.#kept.set(query, { ids, at: now });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST && oldest !== undefined) this.#kept.delete(oldest);
    return ids;
  }

  /** Texts have come or changed. */
  change(): void {
    this.#changed = performance.now();
  }
}
