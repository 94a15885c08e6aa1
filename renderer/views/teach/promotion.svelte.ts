/** Which model the queue has: promoted where it is recommended, asked about twice where it is not, and taken back. */
import { teach } from '../../messages/teach.ts';
import type { Session } from '../../session.svelte.ts';
import type { Model, Recommendation } from './learning.ts';

export class Promotion {
  /** what somebody wants although it is not recommended */
  asked = $state.raw<{ readonly model: Model; readonly said: Exclude<Recommendation, 'better'> } | null>(null);
  busy = $state(false);
  readonly #here: Session;
  readonly #after: () => Promise<void>;

  /** @param after called when the queue has another model */
  constructor(here: Session, after: () => Promise<void>) {
    this.#here = here;
    this.#after = after;
  }

  /** Promotes what is recommended; asks first about what is not. */
  async want(model: Model, said: Recommendation): Promise<void> {
    if (said === 'better') await this.#promote(model);
    else this.asked = { model, said };
  }

  /** Promotes all the same what was asked about. */
  async override(): Promise<void> {
    const { asked } = this;
    if (asked === null) return;
    this.asked = null;
    await this.#promote(asked.model, asked.said);
  }

  /** Stays with the champion: the challenger is not asked about again. */
  async keep(challenger: Model, champion: Model): Promise<void> {
    await this.#change(async () => {
      await this.#here.desk.revisions.keep({ revision: challenger.id });
      this.#here.toasts.say(teach.kept({ model: champion.name }));
    });
  }

  async rollBack(to: Model): Promise<void> {
    await this.#change(async () => {
      await this.#here.desk.revisions.rollBack({ reviewer: await this.#here.reviewer() });
      this.#here.toasts.say(teach.rolledBack({ model: to.name }), { tone: 'good' });
    });
  }

  async #promote({ id, name }: Model, override?: Recommendation): Promise<void> {
    const { desk, toasts, workspace } = this.#here;
    await this.#change(async () => {
      const reviewer = await this.#here.reviewer();
      await desk.revisions.promote({ reviewer, revision: id, ...(override && { override }) });
      toasts.say(teach.promoted({ model: name }), { tone: 'good' });
      // It reads as much as the one before did.
      const target = workspace.open?.guarantee?.target;
      const recall = ([0.95, 0.99, 0.999] as const).find((one) => one === target) ?? 'all';
      await desk.jobs.start({ kind: 'score', recall });
    });
  }

  async #change(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    await this.#here.attempt(work);
    this.busy = false;
    await this.#after();
  }
}
