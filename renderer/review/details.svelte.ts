/** What stands around messages, and what was said of them: asked for before somebody comes to them, and kept for a while. */
import type { z } from 'zod';
import type { Conversation, ItemDetail } from '../../desk/contract/queue.ts';
import type { Event as Said } from '../../desk/contract/review.ts';
import type { DeskClient } from '../desk/door.svelte.ts';

export interface Around {
  readonly detail: z.infer<typeof ItemDetail>;
  readonly conversation: z.infer<typeof Conversation>;
  readonly history: readonly z.infer<typeof Said>[];
}

/** Messages that are kept; the oldest go first. */
const KEPT = 80;
const BEFORE = 12;
const AFTER = 8;

export class Details {
  readonly #desk: DeskClient;
  readonly #known = new Map<number, Around | 'asked'>();
  #changes = $state(0);

  constructor(desk: DeskClient) {
    this.#desk = desk;
  }

  /** Undefined until it is here. */
  of(id: number | undefined): Around | undefined {
    void this.#changes;
    const known = id === undefined ? undefined : this.#known.get(id);
    return known === 'asked' ? undefined : known;
  }

  /** Asks for it, unless it is here or on its way. What the desk refuses is not shown: the message itself is there. */
  async want(id: number, reviewer: number | undefined): Promise<void> {
    if (this.#known.has(id)) return;
    this.#known.set(id, 'asked');
    await this.renew(id, reviewer);
  }

  /** Asks for it anew; what was known is shown until then. */
  async renew(id: number, reviewer: number | undefined): Promise<void> {
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
    const whose = reviewer === undefined ? {} : { reviewer };
    try {
      const [detail, conversation, history] = await Promise.all([
        this.#desk.queue.item({ item: id, ...whose }),
        this.#desk.queue.conversation({ item: id, before: BEFORE, after: AFTER }),
        this.#desk.review.history({ item: id, ...whose }),
      ]);
      this.#known.set(id, { detail, conversation, history });
    } catch {
      if (this.#known.get(id) === 'asked') this.#known.delete(id);
    }
    this.#changes++;
  }

  /** Something about them has changed. @param ids null: about any; shown: the one that is on screen, which is renewed instead */
  forget(ids: readonly number[] | null, shown: number | undefined): void {
    for (const id of ids ?? this.#known.keys()) if (id !== shown) this.#known.delete(id);
  }
}
