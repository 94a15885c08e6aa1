/** What others do, other windows and jobs among them, shows in a list without moving anything under the hand of who works on it. */
import type { QueueEntry } from '../../desk/contract/shapes.ts';
import type { Event } from '../../desk/contract/workspace.ts';
import type { Session } from '../session.svelte.ts';
import type { Details } from './details.svelte.ts';
import type { Explaining } from './explaining.svelte.ts';
import type { MessageList } from './list.svelte.ts';

/** What somebody has done comes back as an event within this time. */
const ECHO_MS = 1500;
/** Rows that are asked for one by one after they have changed. */
const FEW = 40;

interface Followed {
  readonly list: MessageList;
  readonly details: Details;
  readonly explaining: Explaining;
  /** the message that is shown */
  readonly entry: QueueEntry | undefined;
  /** somebody works on it: it may not move */
  readonly isBegun: boolean;
  /** what is being written, and will be known better than the desk does now */
  isPending(id: number): boolean;
  /** reads the list anew, and stays with the message that is shown */
  reload(): Promise<void>;
}

export class Following {
  /** Nothing is heard any more: another workspace is open. */
  readonly end: () => void;
  readonly #session: Session;
  readonly #of: Followed;
  #acted = -Infinity;
  /** messages about which something was done here, and when, until the desk has said so */
  readonly #own = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, of: Followed) {
    this.#session = session;
    this.#of = of;
    this.end = session.hear((event) => this.#hear(event));
  }

  /**
   * Somebody has done something here: what the desk says of it is no news.
   * @param item that is renewed by whoever did it, once it is written
   */
  act(item?: number): void {
    this.#acted = performance.now();
    if (item !== undefined) this.#own.set(item, this.#acted);
  }

  /** It was not done after all: the desk will say nothing of it. */
  forgetAct(item: number): void {
    this.#own.delete(item);
  }

  /** Shows these messages as they are now. */
  async renew(ids: readonly number[]): Promise<void> {
    const { list, details } = this.#of;
    for (const id of ids) {
      if (this.#of.isPending(id)) continue;
      const entry = await this.itemOf(id).catch(() => undefined);
      if (entry !== undefined && !this.#of.isPending(id)) list.replace(entry);
      if (id === this.#of.entry?.message.id) void details.renew(id, this.#session.me?.id);
    }
  }

  /** @throws what the desk refuses */
  async itemOf(item: number): Promise<QueueEntry> {
    const { me, desk } = this.#session;
    return await desk.queue.item({ item, ...(me !== null && { reviewer: me.id }) });
  }

  #hear(event: Event): void {
    if (event.kind !== 'items') return;
    const { list, details, explaining, entry } = this.#of;
    const { items } = event;
    details.forget(items, entry?.message.id);
    const known = (items ?? []).filter((id) => list.indexOf(id) !== undefined);
    if (items === null || known.length > FEW) explaining.forget();
    else void this.renew(known.filter((id) => !this.#isEcho(id)));
    const hasOthers = items === null || known.length < items.length;
    if (hasOthers && performance.now() - this.#acted > ECHO_MS)
      this.#timer ??= setTimeout(() => void this.#follow(), ECHO_MS);
  }

  /** Once for each thing that was done here: what is said of the message after that is somebody else's doing. */
  #isEcho(id: number): boolean {
    const acted = this.#own.get(id) ?? -Infinity;
    this.#own.delete(id);
    return performance.now() - acted < ECHO_MS;
  }

  /** A list that nobody has begun with may move; one that somebody works on says that it has changed. */
  async #follow(): Promise<void> {
    this.#timer = undefined;
    const { list } = this.#of;
    if (!this.#of.isBegun) await this.#of.reload();
    else if (await list.differs().catch(() => true)) list.stale = true;
  }
}
