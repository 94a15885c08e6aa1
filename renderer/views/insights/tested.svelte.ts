/** A test of the model that runs as a job, and what the last one said. */
import type { Job } from '../../../desk/contract/jobs.ts';
import type { Session } from '../../session.svelte.ts';
import { isOver } from '../../state/jobs.svelte.ts';

export class Tested<T> {
  readonly #here: Session;
  readonly #kind: Job['kind'];
  readonly #ask: () => Promise<T>;
  /** undefined until the desk has answered */
  last = $state.raw<T | undefined>(undefined);
  error = $state.raw<unknown>(null);
  starting = $state(false);

  /** @param ask for what the last one said */
  constructor(here: Session, kind: Job['kind'], ask: () => Promise<T>) {
    this.#here = here;
    this.#kind = kind;
    this.#ask = ask;
  }

  get job(): Job | undefined {
    return this.#here.jobs.latest(this.#kind);
  }

  get runs(): boolean {
    return this.job !== undefined && !isOver(this.job);
  }

  /** Number of the last one that came to its end: what it said is to be asked for. */
  get done(): number | undefined {
    return this.#here.jobs.all.find(({ kind, state }) => kind === this.#kind && state === 'done')?.id;
  }

  async look(): Promise<void> {
    try {
      this.last = await this.#ask();
      this.error = null;
    } catch (problem) {
      this.error = problem;
    }
  }

  async start(begin: () => Promise<Job>): Promise<void> {
    this.starting = true;
    const started = await this.#here.attempt(begin);
    if (started !== undefined) this.#here.jobs.take(started);
    this.starting = false;
  }
}
