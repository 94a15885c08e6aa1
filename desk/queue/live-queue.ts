/** The queue's columns as they follow the workspace: read once, then what was written since. */
import type { Revision } from '../store/revisions.ts';
import type { QueuePage } from '../store/queue-pages.ts';
import { InTurn } from '../in-turn.ts';
import { Precedence } from '../precedence.ts';
import type { Store } from '../store/store.ts';
import type { Judge } from '../triage/verdict.ts';
import { PAGE_FORM, PAGE_ITEMS, decodePage, encodePage } from './column-page.ts';
import { QueueColumns } from './columns.ts';
import { type Facets, facetsOf } from './facets.ts';
import { type QueueFilter, idsOf } from './filter.ts';
import { MARKS_OF, type Order, keysOf } from './order.ts';
import { PageRoom } from './page-room.ts';
import { type Page, type Place, pageOf, placeAt } from './page.ts';

/** Rows that are read in one go: two milliseconds, between which whoever reviews gets a turn. */
const PIECE = 256;
/** What a job wrote is read in smaller ones, as many as there is time for in a turn. */
const SMALL_PIECE = 64;
const SLICE_MS = 2;
/** What jobs write shows after this long, however many calls are answered meanwhile. */
const LONGEST_PAUSE_MS = 50;

/** Bands into which scores are sorted by how uncertain they are. */
const BANDS = 256;

export interface QueueModel {
  readonly revision: Revision;
  readonly judge: Judge;
  /** labels that these probabilities mean: bit i for the label in place i */
  readonly predict: (probabilities: Float32Array) => number;
  /** score from which on the model says that something is wrong */
  readonly threshold: number;
  /** whose scores stand in where this one has not read an item yet */
  readonly previous: QueueModel | null;
}

export class LiveQueue {
  readonly #store: Store;
  readonly #precedence: Precedence;
  readonly #room = new PageRoom();
  #columns = new QueueColumns();
  #model: QueueModel | null = null;
  /** items up to this id are in the columns */
  #last = 0;
  /** items that were written since they were read */
  readonly #changed = new Set<number>();
  #following = false;
  /** resolves once what was followed is in the columns */
  caughtUp: Promise<void> = Promise.resolve();
  /** pages that the workspace has, and that could not be read */
  readonly #damaged = new Set<number>();
  /** items that were written while all is being read anew */
  #meanwhile: Set<number> | null = null;
  readonly #loads = new InTurn();

  /** @param model of the scores that will be shown, once `load` has read them */
  constructor(store: Store, model: QueueModel | null, precedence = new Precedence()) {
    this.#store = store;
    this.#model = model;
    this.#precedence = precedence;
  }

  get model(): QueueModel | null {
    return this.#model;
  }

  /** What is known of every item; to be read at once, because they change as the workspace does. */
  get columns(): Readonly<QueueColumns> {
    return this.#columns;
  }

  /** Versions of texts as the queue has them. */
  versionOf(item: number): number {
    return this.#columns.version[item] ?? 0;
  }

  /**
   * Reads all of it anew, for the scores of a model. Until that is done, pages show what was there before.
   * @param signal aborts it; then nothing has changed
   */
  async load(model: QueueModel | null, signal?: AbortSignal): Promise<void> {
    // One after the other: the last one that was asked for is the one that stays.
    await this.#loads.do(() => this.#load(model, signal));
  }

  async #load(model: QueueModel | null, signal?: AbortSignal): Promise<void> {
    const columns = new QueueColumns(model?.threshold);
    const last = this.#store.items.lastId;
    columns.reserve(last + (last >> 2) + 1);
    const meanwhile = (this.#meanwhile = new Set(this.#changed));
    for (let page = 0; page * PAGE_ITEMS <= last; page++) {
      const from = page * PAGE_ITEMS;
      const to = Math.min(from + PAGE_ITEMS - 1, last);
      signal?.throwIfAborted();
      if (!this.#takePage(columns, model, page, to - from + 1)) {
        const known = this.#takeOver(columns, model, from, to + 1);
        for (let after = from - 1; after < to; after += PIECE) {
          signal?.throwIfAborted();
          const until = Math.min(after + PIECE, to);
          if (!known) this.#read(columns, model, after, until);
          else if (model !== null) this.#readScores(columns, model, after, until, false);
          await new Promise(setImmediate);
        }
      }
      await new Promise(setImmediate);
    }
    this.#meanwhile = null;
    this.#columns = columns;
    this.#model = model;
    this.#last = last;
    await this.follow([...meanwhile]);
  }

  /** What its pages are kept under. */
  get pagesOf(): string {
    return pagesOf(this.#model);
  }

  /** Pages of the columns as they are now, of those that the workspace does not have. */
  pagesToKeep(): readonly QueuePage[] {
    const kept = this.#store.queuePages.kept(this.pagesOf);
    const pages: QueuePage[] = [];
    for (let page = 0; page * PAGE_ITEMS <= this.#last; page++) {
      const from = page * PAGE_ITEMS;
      const to = Math.min(from + PAGE_ITEMS, this.#last + 1);
      if (!kept.has(page) || this.#damaged.has(page))
        pages.push({ page, data: encodePage(this.#columns.part(from, to)) });
    }
    return pages;
  }

  /** Takes in what a job wrote, new items and those that it names, in small pieces. */
  async follow(items: readonly number[]): Promise<void> {
    for (const item of items) {
      this.#meanwhile?.add(item);
      this.#changed.add(item);
    }
    if (!this.#following) this.caughtUp = this.#follow();
    await this.caughtUp;
  }

  async #follow(): Promise<void> {
    this.#following = true;
    try {
      for (let more = true; more;) {
        const until = performance.now() + SLICE_MS;
        this.#store.together(() => {
          while (more && performance.now() < until) more = this.#takePiece();
        });
        if (more) await this.#pause();
      }
    } finally {
      // In the same turn in which nothing was left: what is named in the next one begins anew.
      this.#following = false;
    }
  }

  /** Lets others have the thread, for as long as somebody waits for an answer. */
  async #pause(): Promise<void> {
    const until = performance.now() + LONGEST_PAUSE_MS;
    await new Promise(setImmediate);
    while (this.#precedence.isAsked && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Reads items that lie side by side. @returns false where nothing is left */
  #takePiece(): boolean {
    const [first] = this.#changed;
    if (first !== undefined) {
      let to = first - 1;
      while (to < first + SMALL_PIECE && this.#changed.delete(to + 1)) this.#columns.forget(++to);
      this.#read(this.#columns, this.#model, first - 1, to);
      return true;
    }
    const last = this.#store.items.lastId;
    if (this.#last >= last) return false;
    const to = Math.min(this.#last + SMALL_PIECE, last);
    this.#read(this.#columns, this.#model, this.#last, to);
    this.#last = to;
    return true;
  }

  /** Takes in what was written about some items, at once: whoever decided sees it in the next page. */
  refresh(items: readonly number[]): void {
    for (const item of items) {
      this.#meanwhile?.add(item);
      this.#columns.forget(item);
      this.#read(this.#columns, this.#model, item - 1, item);
    }
  }

  /** @param size entries at most; after: the entry before the page, or how many come before it */
  page(filter: QueueFilter, order: Order, size: number, after: Place | number | null): Page {
    const ids = this.#ids(filter, order);
    const keys = keysOf(this.#columns, order, ids, this.#room);
    // Behind the end there is nothing, as behind the last entry.
    const place = typeof after === 'number' ? placeAt(ids, keys, Math.min(after, ids.length) - 1) : after;
    return pageOf(ids, keys, size, place);
  }

  /** Ids of all that pass and have a place in this order, rising. */
  all(filter: QueueFilter, order: Order): readonly number[] {
    return [...this.#ids(filter, order)];
  }

  /** Ids of those whose text may be the same as that of an item, and of it, rising. */
  withTextOf(item: number): Uint32Array {
    const { textPlace, length } = this.#columns;
    const place = textPlace[item];
    const ids: number[] = [];
    for (let id = 1; id < length; id++) if (textPlace[id] === place) ids.push(id);
    return Uint32Array.from(ids);
  }

  /** Ids of all that have a score, the most uncertain first: with another model these are most likely to change. */
  mostUncertain(): Uint32Array {
    const { score, length } = this.#columns;
    const threshold = this.#model?.threshold ?? 0.5;
    const bandOf = (i: number): number =>
      Math.min(BANDS - 1, Math.floor(Math.abs((score[i] as number) - threshold) * BANDS));
    const starts = new Uint32Array(BANDS + 1);
    for (let i = 0; i < length; i++) if (!Number.isNaN(score[i])) starts[bandOf(i) + 1]! += 1;
    for (let band = 0; band < BANDS; band++) starts[band + 1]! += starts[band] as number;
    const ids = new Uint32Array(starts[BANDS] as number);
    for (let i = 0; i < length; i++) if (!Number.isNaN(score[i])) ids[starts[bandOf(i)]!++] = i;
    return ids;
  }

  /** Ids of all whose score is at or above the threshold, rising. */
  flagged(): Uint32Array {
    return this.#ids({ minScore: this.#model?.threshold ?? 0.5 }, 'newest').slice();
  }

  /** How many items there are of what. */
  facets(): Facets {
    return facetsOf(this.#columns);
  }

  #ids(filter: QueueFilter, order: Order): Uint32Array {
    return idsOf(this.#columns, filter, MARKS_OF[order], this.#room);
  }

  /** @returns false where the workspace has no such page: something about its items has changed */
  #takePage(columns: QueueColumns, model: QueueModel | null, page: number, items: number): boolean {
    const data = this.#store.queuePages.get(pagesOf(model), page);
    if (data === undefined) return false;
    const part = decodePage(page, data);
    if (part?.columns.channel.length !== items) {
      this.#damaged.add(page);
      return false;
    }
    columns.putPart(part);
    return true;
  }

  /**
   * Takes items with ids in [from, to) as they are shown now, with the scores of the model that is shown: they stand in.
   * @returns false where another model's stand in already, or should
   */
  #takeOver(columns: QueueColumns, model: QueueModel | null, from: number, to: number): boolean {
    const shown = this.#model?.revision.id;
    if (shown === undefined || shown !== model?.previous?.revision.id) return false;
    if (to > this.#last + 1 || this.#columns.standIn(from, to)) return false;
    columns.putPart(this.#columns.part(from, to));
    columns.letStandIn(from, to);
    return true;
  }

  #read(columns: QueueColumns, model: QueueModel | null, after: number, to: number): void {
    const { queueFacts } = this.#store;
    for (const facts of queueFacts.items(after, to)) columns.putItem(facts);
    if (model?.previous) this.#readScores(columns, model.previous, after, to, true);
    if (model !== null) this.#readScores(columns, model, after, to, false);
    for (const facts of queueFacts.reviews(after, to)) columns.putReview(facts);
    for (const { item, place } of queueFacts.audits(after, to)) columns.putAudit(item, place);
  }

  #readScores(columns: QueueColumns, model: QueueModel, after: number, to: number, standIn: boolean): void {
    for (const facts of this.#store.queueFacts.scores(model.revision.id, after, to, model.predict))
      columns.putScore(facts, standIn);
  }
}

/** Scores of a revision never change their meaning, so that its number says whose they are. */
const pagesOf = (model: QueueModel | null): string =>
  [PAGE_FORM, model?.revision.id ?? 0, model?.previous?.revision.id ?? 0].join(' ');
