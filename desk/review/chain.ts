/** Checks the reviewers' chains, link by link, against the hashes and against what the workspace shows. */
import { hash } from 'node:crypto';
import type { Link } from '../store/links.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { readBody, salted } from './link.ts';

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

const PAGE = 500;

/** @param known a head that was written down earlier, hexadecimal */
export function verifyChain(store: Store, reviewer: Reviewer, known?: string): ChainReport {
  let prev: string | null = null;
  let seq = 0;
  let broken: ChainReport['broken'] = null;
  let hasKnownHead = false;
  for (;;) {
    const page = store.links.chain(reviewer.id, seq, PAGE);
    if (page.length === 0) break;
    for (const link of page) {
      const reason: string | null = broken === null ? whatIsWrong(store, reviewer, link, seq, prev) : null;
      if (reason !== null) broken = { seq: link.seq, reason };
      seq = link.seq;
      prev = link.hash.toString('hex');
      hasKnownHead ||= prev === known;
    }
  }
  return { reviewer, links: seq, head: prev, broken, hasKnownHead };
}

/** What does not hold about a link, for people; null where all does. */
function whatIsWrong(store: Store, reviewer: Reviewer, link: Link, before: number, prev: string | null): string | null {
  if (link.seq !== before + 1) return `link ${before + 1} is missing`;
  if (!hash('sha256', link.body, 'buffer').equals(link.hash)) return 'its hash is not that of what it says';
  const body = readBody(link.body);
  if (body === null) return 'it is not in a form that this program knows';
  if (body.prev !== prev) return 'it does not follow the link before it';
  if (body.seq !== link.seq || body.reviewer !== reviewer.publicKey) return 'it belongs elsewhere';
  const { deed } = body;
  if (body.action !== link.action || deed.kind !== link.kind) return 'the workspace shows it as something else';
  if (link.item === null) return null;
  const item = store.items.get(link.item);
  if (!('item' in deed) || item === undefined || store.items.identity(link.item) !== deed.item)
    return 'the workspace shows it at another message';
  if (!('text' in deed) || link.salt === null) return null;
  if (deed.version !== link.version) return 'the workspace shows it at another version of the text';
  const text = item.version === deed.version ? item.text : versionOf(store, link.item, deed.version);
  if (text !== undefined && !item.erased && salted(link.salt, text) !== deed.text)
    return 'the text that was decided on has been changed';
  if ('note' in deed && link.note !== null && salted(link.salt, link.note) !== deed.note)
    return 'its note has been changed';
  return null;
}

const versionOf = (store: Store, item: number, version: number): string | undefined =>
  store.items.versions(item).find((one) => one.version === version)?.text;
