/** One decision about many messages: which they are is shown before, and counted; exactly these are decided. */
import type { Filter, QueueEntry } from '../../desk/contract/shapes.ts';
import type { DeskClient } from '../desk/door.svelte.ts';

/** What somebody wants to decide at once. */
export type Target =
  | { readonly kind: 'chosen'; readonly entries: readonly QueueEntry[] }
  /** all with nearly the text of one message, all by its author, or all that a search finds */
  | { readonly kind: 'like' | 'author' | 'found'; readonly filter: Filter; readonly name: string };

/** Shown before it is done. */
const SAMPLE = 6;

export class Bulk {
  readonly target: Target;
  /** as what, where somebody has said so already */
  readonly labels: readonly number[] | null;
  state = $state<'counting' | 'ready' | 'deciding' | 'failed'>('counting');
  error = $state.raw<unknown>(null);
  /** messages that will be decided; for a filter the number that the desk holds it to */
  total = $state(0);
  /** audit items, which are left out: each is decided by itself, without the model */
  audits = $state(0);
  sample = $state.raw<readonly QueueEntry[]>([]);
  readonly #desk: DeskClient;
  readonly #reviewer: number | undefined;

  constructor(desk: DeskClient, target: Target, labels: readonly number[] | null, reviewer: number | undefined) {
    this.#desk = desk;
    this.target = target;
    this.labels = labels;
    this.#reviewer = reviewer;
  }

  /** Counts what it would hit, and brings some of it. */
  async count(): Promise<void> {
    this.state = 'counting';
    try {
      if (this.target.kind === 'chosen') {
        const { entries } = this.target;
        const fit = entries.filter(canBe);
        [this.total, this.audits, this.sample] = [fit.length, entries.length - fit.length, fit.slice(0, SAMPLE)];
      } else {
        const whose = this.#reviewer === undefined ? {} : { reviewer: this.#reviewer };
        const { filter } = this.target;
        const [page, audits] = await Promise.all([
          this.#desk.queue.page({ order: 'newest', filter: { ...filter, audit: false }, size: SAMPLE, ...whose }),
          this.#desk.queue.count({ order: 'newest', filter: { ...filter, audit: true }, ...whose }),
        ]);
        [this.total, this.audits, this.sample] = [page.total, audits.total, page.entries];
      }
      this.state = 'ready';
    } catch (error) {
      [this.error, this.state] = [error, 'failed'];
    }
  }

  /**
   * @param by gives who decides, who may have to be added to the workspace first
   * @returns how many were decided; null where it failed, and nothing was
   */
  async decide(by: () => Promise<number>, labels: readonly number[]): Promise<number | null> {
    this.state = 'deciding';
    const chosen = [...labels];
    try {
      const reviewer = await by();
      if (this.target.kind === 'chosen') {
        const seen = this.target.entries
          .filter(canBe)
          .map(({ message }) => ({ item: message.id, version: message.version }));
        return (await this.#desk.review.decide({ reviewer, seen, labels: chosen })).items.length;
      }
      const filter = { ...this.target.filter, audit: false };
      const done = await this.#desk.review.decideAll({
        reviewer,
        filter,
        order: 'newest',
        expected: this.total,
        labels: chosen,
      });
      return done.items.length;
    } catch (error) {
      // More may have come in since it was counted: it is counted anew, and looked at again.
      await this.count();
      [this.error, this.state] = [error, 'failed'];
      return null;
    }
  }
}

/** An audit item that nobody decided is no part of a crowd: figures rest on somebody having looked at it. */
const canBe = ({ audit, labels }: QueueEntry): boolean => !audit || labels !== null;
