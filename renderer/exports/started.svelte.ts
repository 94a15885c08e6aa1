/** Jobs that a dialog starts: it is told of each once, when that is over. */
import type { Job, Start } from '../../desk/contract/jobs.ts';
import { exports } from '../messages/exports.ts';
import type { Session } from '../session.svelte.ts';
import { isOver } from '../state/jobs.svelte.ts';

export class Started {
  busy = $state(false);
  readonly #here: Session;
  readonly #done: (job: Job) => void;
  readonly #ids = new Set<number>();

  /** Made while a component is. @param done told of each that ended well; why another one failed is said by itself */
  constructor(here: Session, done: (job: Job) => void) {
    this.#here = here;
    this.#done = done;
    $effect(() => here.hear((event) => event.kind === 'job' && this.#told(event.job)));
  }

  /** @returns false where it could not be started, which is said */
  async start(asked: () => Promise<Start>): Promise<boolean> {
    this.busy = true;
    const job = await this.#here.attempt(async () => await this.#here.desk.jobs.start(await asked()));
    this.busy = false;
    if (job === undefined) return false;
    this.#ids.add(job.id);
    // It may have been over before anybody listened for it.
    void this.#here.desk.jobs
      .get({ job: job.id })
      .catch(() => job)
      .then((now) => this.#told(now));
    return true;
  }

  #told(job: Job): void {
    if (!isOver(job) || !this.#ids.delete(job.id)) return;
    if (job.problem !== null) this.#here.toasts.say(exports.failed(job.problem), { tone: 'bad' });
    if (job.state === 'done') this.#done(job);
  }
}
