/** Which messages of a workspace wait to be read, and which of them are copies of one another. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Store } from '../../store/store.ts';
import type { Copy } from '../scoring.ts';
import { formHash } from '../text-form.ts';

export interface Texts {
  /** one message of each text, in the order of the import: a place is a place in this list */
  readonly items: readonly Copy[];
  /** other messages with the text of one, by its id */
  readonly copies: ReadonlyMap<number, readonly Copy[]>;
  /** messages that are not read because of their language */
  readonly foreign: readonly Copy[];
}

const PAGE = 512;

/** Everything that the revision has not read. Throws the signal's reason when aborted. */
export async function waitingTexts(
  { items: stored }: Pick<Store, 'items'>,
  revision: number,
  isForeign: (item: { readonly language: string }) => boolean,
  signal: AbortSignal,
): Promise<Texts> {
  const items: Copy[] = [];
  const foreign: Copy[] = [];
  const copies = new Map<number, Copy[]>();
  const firsts = new Map<number, number>();
  for (let after = 0; ;) {
    const page = stored.unscored(revision, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return { items, copies, foreign };
    after = last.id;
    for (const { id, version, text, language } of page) {
      if (isForeign({ language })) {
        foreign.push({ id, version });
        continue;
      }
      const form = formHash(text);
      const first = firsts.get(form);
      if (first === undefined) {
        firsts.set(form, id);
        items.push({ id, version });
      } else {
        const others = copies.get(first);
        if (others === undefined) copies.set(first, [{ id, version }]);
        else others.push({ id, version });
      }
    }
    await breathe();
    signal.throwIfAborted();
  }
}
