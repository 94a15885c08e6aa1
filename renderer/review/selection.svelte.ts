/** Messages that are chosen to be decided together: one by one, or from one to another. */
import { SvelteMap } from 'svelte/reactivity';
import type { QueueEntry } from '../../desk/contract/shapes.ts';

/** What the desk takes in one action, so that one undo takes all of it back. */
export const MOST = 1000;

export class Selection {
  readonly #chosen = new SvelteMap<number, QueueEntry>();
  /** index from which a range is counted */
  #anchor: number | null = null;
  /** of the range, that a longer or shorter one replaces */
  #range: readonly number[] = [];

  get size(): number {
    return this.#chosen.size;
  }

  get all(): readonly QueueEntry[] {
    return [...this.#chosen.values()];
  }

  has(id: number): boolean {
    return this.#chosen.has(id);
  }

  toggle(entry: QueueEntry, index: number): void {
    this.#anchor = index;
    this.#range = [];
    if (!this.#chosen.delete(entry.message.id) && this.size < MOST) this.#chosen.set(entry.message.id, entry);
  }

  /**
   * Chooses all from the anchor to an index, in place of the range before.
   * @param from anchor, where there is none yet
   * @param between gives the messages of a range. @returns whether all of them have a place
   */
  extend(from: number, to: number, between: (from: number, to: number) => readonly QueueEntry[]): boolean {
    this.#anchor ??= from;
    for (const id of this.#range) this.#chosen.delete(id);
    const entries = between(this.#anchor, to).filter(({ message }) => !this.#chosen.has(message.id));
    const fitting = entries.slice(0, MOST - this.size);
    this.#range = fitting.map(({ message }) => message.id);
    for (const entry of fitting) this.#chosen.set(entry.message.id, entry);
    return fitting.length === entries.length;
  }

  clear(): void {
    this.#chosen.clear();
    this.#anchor = null;
    this.#range = [];
  }
}
