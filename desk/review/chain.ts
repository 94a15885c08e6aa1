/** Checks the reviewers' chains, link by link, against the hashes and against what the workspace shows. */
import type { Link } from '../store/links.ts';
import type { Reviewer } from '../store/reviewers.ts';
import { atOnce } from '../slices.ts';
import type { Store } from '../store/store.ts';
import { type Body, salted } from './link.ts';
import { seenVersion, textOf } from './seen-text.ts';
import { START, step } from './sequence.ts';

export interface ChainReport {
  readonly reviewer: Reviewer;
  readonly links: number;
  /** hash of the last link, hexadecimal; null where there is none */
  readonly head: string | null;
  /** the first link that does not hold */
  readonly broken: { readonly seq: number; readonly reason: string } | null;
  /** whether the known head that was given is a link of this chain */
  readonly hasKnownHead: boolean;
}

const PAGE = 100;

/** @param known a head that was written down earlier, hexadecimal */
export const verifyChain = (store: Store, reviewer: Reviewer, known?: string): ChainReport =>
  atOnce(verifyingChain(store, reviewer, known));

/** The same, link by link. */
export function* verifyingChain(store: Store, reviewer: Reviewer, known?: string): Generator<void, ChainReport, void> {
  let place = START;
  let seq = 0;
  let head: string | null = null;
  let broken: ChainReport['broken'] = null;
  let hasKnownHead = false;
  for (;;) {
    const page = store.links.chain(reviewer.id, seq, PAGE);
    if (page.length === 0) break;
    for (const link of page) {
      if (broken === null) {
        const next = link.seq === seq + 1 ? step(place, reviewer.publicKey, link) : missing(seq + 1);
        const reason = 'problem' in next ? next.problem : whatIsShownWrong(store, link, next.body);
        if (reason !== null) broken = { seq: link.seq, reason };
        if ('place' in next) place = next.place;
      }
      seq = link.seq;
      head = link.hash.toString('hex');
      hasKnownHead ||= head === known;
      yield;
    }
  }
  return { reviewer, links: seq, head, broken, hasKnownHead };
}

const missing = (seq: number) => ({ problem: `link ${seq} is missing` });

/** What the workspace shows otherwise than a link says it, for people; null where nothing is. */
function whatIsShownWrong(store: Store, link: Link, { action, deed }: Body): string | null {
  if (action !== link.action || deed.kind !== link.kind) return 'the workspace shows it as something else';
  if (link.item === null) return null;
  const item = store.items.get(link.item);
  if (!('item' in deed) || item === undefined || store.items.identity(link.item) !== deed.item)
    return 'the workspace shows it at another message';
  if (!('text' in deed) || link.salt === null) return null;
  if (!item.erased) {
    const text = textOf(store, item, link.version ?? 0);
    if (text !== undefined && salted(link.salt, text) !== deed.text)
      return 'the text that was decided on has been changed';
    if (text === undefined && seenVersion(store, item, deed.version, link.salt, deed.text) !== link.version)
      return 'the workspace shows it at another version of the text';
  }
  if ('note' in deed && link.note !== null && salted(link.salt, link.note) !== deed.note)
    return 'its note has been changed';
  return null;
}
