/** What is being worked on, and what has been since the window was opened. */
import { SvelteMap } from 'svelte/reactivity';
import type { Job } from '../../desk/contract/jobs.ts';

export class Jobs {
  readonly #byId = new SvelteMap<number, Job>();

  /** The latest first. */
  get all(): readonly Job[] {
    return [...this.#byId.values()].sort((a, b) => b.id - a.id);
  }

  get running(): readonly Job[] {
    return this.all.filter((job) => !isOver(job));
  }

  /** The latest of a kind; undefined where there was none. */
  latest(kind: Job['kind']): Job | undefined {
    return this.all.find((job) => job.kind === kind);
  }

  get(id: number): Job | undefined {
    return this.#byId.get(id);
  }

  /** Events overtake replies: one that is over stays so, whatever an older word of it says. */
  take(job: Job): void {
    const known = this.#byId.get(job.id);
    if (known === undefined || !isOver(known) || isOver(job)) this.#byId.set(job.id, job);
  }

  replace(jobs: readonly Job[]): void {
    this.#byId.clear();
    for (const job of jobs) this.take(job);
  }
}

export const isOver = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled';
