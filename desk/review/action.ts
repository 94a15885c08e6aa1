import { DeskError } from '../errors.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { type Body, type Deed, seal } from './link.ts';

/** Adds links to one reviewer's chain, as one action. */
export class Action {
  readonly #store: Store;
  readonly #reviewer: Reviewer;
  readonly #now: number;
  #seq: number;
  #prev: Buffer | null;
  readonly #clock: number;
  readonly action: number;

  /** @throws DeskError not-allowed, where nobody can decide under this name */
  constructor(store: Store, reviewer: Reviewer, now: number) {
    if (!reviewer.own) {
      throw new DeskError(
        'not-allowed',
        `${reviewer.name} decided in another workspace: nobody can decide under that name here.`,
        'Choose a reviewer of this workspace, or add one.',
      );
    }
    const end = store.links.end(reviewer.id);
    this.#store = store;
    this.#reviewer = reviewer;
    this.#now = now;
    this.#seq = end?.seq ?? 0;
    this.#prev = end?.hash ?? null;
    this.#clock = Math.max(now, store.links.clock + 1);
    this.action = this.#seq + 1;
  }

  /** @param about the item that the deed is about, with what its body has hashes of */
  add(
    deed: Deed,
    about: {
      readonly item?: number;
      readonly version?: number;
      readonly salt?: Buffer;
      readonly note?: string | null;
    } = {},
  ): { readonly link: number; readonly hash: Buffer } {
    const seq = ++this.#seq;
    const body: Body = {
      v: 1,
      reviewer: this.#reviewer.publicKey,
      seq,
      action: this.action,
      time: this.#now,
      clock: this.#clock,
      prev: this.#prev?.toString('hex') ?? null,
      deed,
    };
    const { body: json, hash } = seal(body);
    this.#prev = hash;
    const link = this.#store.links.add({
      reviewer: this.#reviewer.id,
      seq,
      action: this.action,
      kind: deed.kind,
      item: about.item ?? null,
      version: about.version ?? null,
      body: json,
      hash,
      salt: about.salt ?? null,
      note: about.note ?? null,
    });
    return { link, hash };
  }
}
