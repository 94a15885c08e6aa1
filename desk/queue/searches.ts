/** What was searched for lately: the next page of a search, and the next condition beside it, need not search again. */
import type { Items } from '../store/items.ts';
import type { Search } from '../store/search.ts';
import { idsLike } from './likes.ts';

interface Kept {
  readonly ids: Uint32Array;
  readonly at: number;
}

/** Searches that are kept: some, and one for each topic that somebody leaves to others. The oldest go first. */
const MOST = 220;
/** While an import brings new texts all the time, what was found stays good for so long, milliseconds. */
const FRESH_MS = 3_000;

export class Searches {
  readonly #texts: { readonly search: Search; readonly items: Items };
  readonly #kept = new Map<string, Kept>();
  #changed = -Infinity;

  constructor(texts: { readonly search: Search; readonly items: Items }) {
    this.#texts = texts;
  }

  /** Ids of the items whose text holds what is searched for. */
  find(query: string): Uint32Array {
    return this.#keep(`words ${query}`, () => this.#texts.search.ids(query));
  }

  /** Ids of the items whose text is nearly that of `item`. @param same gives those whose text may be the same */
  like(item: { readonly id: number; readonly text: string }, same: () => Iterable<number>): Uint32Array {
    return this.#keep(`like ${item.id}`, () => idsLike(this.#texts, item, same()));
  }

  #keep(query: string, search: () => Uint32Array): Uint32Array {
    const now = performance.now();
    const kept = this.#kept.get(query);
    if (kept !== undefined && (kept.at > this.#changed || now - kept.at < FRESH_MS)) return kept.ids;
    const ids = search();
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
