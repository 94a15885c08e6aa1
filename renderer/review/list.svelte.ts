/**
 * The messages of an order and a filter, as far as they are here: rows come in pages, wherever somebody looks. What is decided
 * keeps its place until the list is read anew, so that nothing moves under the hand; what comes in meanwhile makes it `stale`.
 */
import type { Filter, Order, Place, QueueEntry } from '../../desk/contract/shapes.ts';
import type { DeskClient } from '../desk/door.svelte.ts';

export interface Wanted {
  readonly order: Order;
  readonly filter: Filter;
  /** just these messages, in this order: other views point at them */
  readonly only?: readonly number[];
}

const PAGE = 60;

export class MessageList {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state.raw<unknown>(null);
  /** rows that there are, whether they are here yet or not */
  count = $state(0);
  /** of the row that is worked on; null where there is none */
  current = $state<number | null>(null);
  /** messages have come, or stand elsewhere by now */
  stale = $state(false);
  wanted = $state.raw<Wanted>({ order: 'urgent', filter: {} });
  /** whose queue it is */
  reviewer: number | undefined;
  readonly #desk: DeskClient;
  #rows: (QueueEntry | undefined)[] = [];
  readonly #indices = new Map<number, number>();
  /** where pages go on that were read, by the index of their first row */
  readonly #places = new Map<number, Place>();
  readonly #asked = new Set<number>();
  /** rows that the desk would not put into this list any more */
  readonly #left = new Set<number>();
  /** rows about which something was done: they keep their place here, whatever place the desk would give them */
  readonly #touched = new Set<number>();
  #changes = $state(0);
  /** of the reading that counts: what older ones bring is left alone */
  #reading = 0;

  constructor(desk: DeskClient) {
    this.#desk = desk;
  }

  /** Undefined where the row is not here yet. */
  at(index: number | null): QueueEntry | undefined {
    void this.#changes;
    return index === null ? undefined : this.#rows[index];
  }

  get entry(): QueueEntry | undefined {
    return this.at(this.current);
  }

  indexOf(id: number): number | undefined {
    void this.#changes;
    return this.#indices.get(id);
  }

  /** Rows that are still to be done, of an order of what is to be done. */
  get remaining(): number {
    void this.#changes;
    return Math.max(0, this.count - this.#left.size);
  }

  /**
   * Reads it anew.
   * @param keep message that should be the current one, where it is among the first, unless somebody goes on meanwhile: then the
   *   one that they have come to
   */
  async load(wanted: Wanted = this.wanted, keep: number | null = null): Promise<void> {
    const reading = ++this.#reading;
    const before = this.entry?.message.id;
    this.wanted = wanted;
    this.stale = false;
    if (this.count === 0 || this.state === 'failed') this.state = 'loading';
    try {
      const { entries, total, next } = await this.#page(0, null, wanted);
      if (reading !== this.#reading) return;
      const now = this.entry?.message.id;
      const stays = keep !== null && now !== undefined && now !== before ? now : keep;
      this.#rows = [];
      this.#indices.clear();
      this.#places.clear();
      this.#asked.clear();
      this.#left.clear();
      this.#touched.clear();
      this.#put(0, entries);
      if (next !== null) this.#places.set(entries.length, next);
      this.count = total;
      this.current = entries.length === 0 ? null : ((stays === null ? undefined : this.#indices.get(stays)) ?? 0);
      this.state = 'ready';
      this.error = null;
    } catch (error) {
      if (reading !== this.#reading) return;
      this.error = error;
      this.state = 'failed';
    }
    this.#changes++;
  }

  /** Whether the desk would begin it otherwise by now, what was done here left aside. */
  async differs(): Promise<boolean> {
    const reading = this.#reading;
    const { entries, total } = await this.#page(0, null, this.wanted);
    if (reading !== this.#reading) return false;
    const still = entries.map(({ message }) => message.id).filter((id) => !this.#touched.has(id));
    const here: number[] = [];
    // Most rows of a long list are not here: forEach passes over them.
    this.#rows.forEach((row) => {
      if (row !== undefined && !this.#touched.has(row.message.id)) here.push(row.message.id);
    });
    return total !== this.remaining || still.some((id, i) => i < here.length && here[i] !== id);
  }

  /** Brings rows that are not here yet. */
  async reach(first: number, last: number): Promise<void> {
    for (let index = Math.max(0, first); index <= Math.min(last, this.count - 1); index++) {
      if (this.#rows[index] !== undefined || this.#asked.has(index)) continue;
      const reading = this.#reading;
      for (let i = index; i < index + PAGE; i++) this.#asked.add(i);
      try {
        const { entries, total, next } = await this.#page(index, this.#places.get(index) ?? null, this.wanted);
        if (reading !== this.#reading) return;
        this.#put(index, entries);
        const end = index + entries.length;
        if (next === null) this.count = end;
        else {
          this.#places.set(end, next);
          this.count = Math.max(end, total + this.#left.size);
        }
      } catch (error) {
        if (reading !== this.#reading) return;
        this.error = error;
        this.state = 'failed';
      } finally {
        for (let i = index; i < index + PAGE; i++) this.#asked.delete(i);
      }
      this.#changes++;
    }
  }

  /** Shows what is known of a message now, where it has a row. */
  replace(entry: QueueEntry): void {
    const index = this.#indices.get(entry.message.id);
    if (index === undefined) return;
    if (this.#rows[index]?.status !== entry.status) this.#touched.add(entry.message.id);
    this.#rows[index] = entry;
    if (this.#belongs(entry)) this.#left.delete(entry.message.id);
    else this.#left.add(entry.message.id);
    this.#changes++;
  }

  /** Makes a message the current one; one that has no row gets one here. */
  show(entry: QueueEntry): void {
    const known = this.#indices.get(entry.message.id);
    if (known === undefined) {
      const at = this.current ?? 0;
      this.#rows.splice(at, 0, entry);
      this.#count(at);
      this.count++;
      this.current = at;
    } else this.current = known;
    this.replace(entry);
  }

  /** Ids of the rows between two, as far as they are here. */
  between(from: number, to: number): readonly QueueEntry[] {
    void this.#changes;
    return this.#rows.slice(Math.min(from, to), Math.max(from, to) + 1).filter((row) => row !== undefined);
  }

  /** The next row that is still to be done, after the last one the first; null where all are done. */
  nextOpen(index: number): number | null {
    for (let step = 1; step <= this.count; step++) {
      const i = (index + step) % this.count;
      const row = this.#rows[i];
      if (row === undefined || !this.#left.has(row.message.id)) return i;
    }
    return null;
  }

  isLeft(entry: QueueEntry): boolean {
    void this.#changes;
    return this.#left.has(entry.message.id);
  }

  #belongs({ status }: QueueEntry): boolean {
    const { statuses } = this.wanted.filter;
    return statuses === undefined || statuses.includes(status);
  }

  #put(start: number, entries: readonly QueueEntry[]): void {
    let index = start;
    for (const entry of entries) {
      // What moved while pages were read may come twice; it stays where it is.
      if (!this.#indices.has(entry.message.id)) this.#indices.set(entry.message.id, index);
      this.#rows[index++] = entry;
    }
  }

  /** After rows have moved: where each is, from `from` on. */
  #count(from: number): void {
    this.#places.clear();
    // Most rows of a long list are not here: forEach passes over them.
    this.#rows.forEach((row, index) => {
      if (index >= from && row !== undefined) this.#indices.set(row.message.id, index);
    });
  }

  async #page(index: number, after: Place | null, { order, filter, only }: Wanted) {
    const whose = this.reviewer === undefined ? {} : { reviewer: this.reviewer };
    if (only !== undefined) {
      const entries = await Promise.all(only.map(async (item) => await this.#desk.queue.item({ item, ...whose })));
      return { entries, total: entries.length, next: null };
    }
    const gone = [...this.#left].filter((id) => (this.#indices.get(id) ?? 0) < index).length;
    const where = after !== null ? { after } : index === 0 ? {} : { from: index - gone };
    return await this.#desk.queue.page({ order, filter, size: PAGE, ...where, ...whose });
  }
}
