/** What Teach shows, as the desk last said it; asked for anew when decisions, models or trainings change. */
import type { Learnable, List } from '../../../desk/contract/revisions.ts';
import type { z } from 'zod';
import type { Session } from '../../session.svelte.ts';
import { isOver } from '../../state/jobs.svelte.ts';

/** Decisions come one by one: they are counted once in this time. */
const EVERY_MS = 1000;

export class Teaching {
  learnable = $state.raw<Learnable | null>(null);
  models = $state.raw<z.infer<typeof List> | null>(null);
  error = $state.raw<unknown>(null);
  readonly #here: Session;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(here: Session) {
    this.#here = here;
  }

  /** Asks now, and again whenever something changes. @returns ends it */
  keep(): () => void {
    void this.look();
    const end = this.#here.hear((event) => {
      const over = event.kind === 'job' && event.job.kind === 'retrain' && isOver(event.job);
      if (over || event.kind === 'state') void this.look();
      if (event.kind === 'items') this.#soon ??= setTimeout(() => void this.look(), EVERY_MS);
    });
    return () => {
      end();
      clearTimeout(this.#soon);
    };
  }

  async look(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    try {
      const { revisions } = this.#here.desk;
      [this.learnable, this.models] = await Promise.all([revisions.learnable(), revisions.list()]);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }
}
