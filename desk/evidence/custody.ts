/** What was done with some messages, from the file that they came in to the day on which they leave. */
import { type Deed, readBody } from '../review/link.ts';
import type { Item } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import type { Source } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import { referenceOf, referencesOf } from './references.ts';

export interface CustodyLine {
  readonly time: string;
  readonly what: 'imported' | 'read' | Deed['kind'];
  /** number of the source in evidence.json */
  readonly source?: number;
  readonly row?: number;
  /** as message.json calls it */
  readonly message?: string;
  readonly version?: number;
  /** pseudonyms */
  readonly reviewer?: string;
  readonly author?: string;
  /** of an earlier evidence file: authors of these messages whose real names went along */
  readonly names?: readonly string[];
  /** hash of the link that says so */
  readonly link?: string;
}

const PAGE = 1000;
/** Links that are about no single message, but may be about one of these. */
const WIDE: readonly string[] = ['reveal', 'evidence', 'undo', 'redo'] satisfies Deed['kind'][];

/** In the order of time. */
export function custodyOf(
  store: Store,
  items: readonly Item[],
  sources: ReadonlyMap<number, { readonly number: number; readonly source: Source }>,
  names: boolean,
): CustodyLine[] {
  const lines: CustodyLine[] = [];
  for (const { number, source } of sources.values())
    lines.push({ time: iso(source.importedAt), what: 'imported', source: number });
  const about = new Set<string>();
  const authors = new Set<string>();
  const actions = new Set<string>();
  for (const item of items) {
    const message = referenceOf(store, item, names);
    for (const reference of referencesOf(store, item)) about.add(reference);
    if (item.author !== null) authors.add(item.author.pseudonym);
    for (const { version, source, row } of store.items.records(item.id)) {
      const from = sources.get(source);
      if (from === undefined) continue;
      const time = iso(from.source.importedAt);
      lines.push({ time, what: 'read', source: from.number, row, message, version });
    }
    for (const link of store.links.allAbout(item.id)) {
      actions.add(`${link.reviewer} ${link.action}`);
      lines.push(...lineOf(store, link, message));
    }
  }
  for (const link of wideLinks(store)) {
    const deed = readBody(link.body)?.deed;
    if (deed?.kind === 'reveal' && authors.has(deed.author))
      lines.push(...lineOf(store, link).map((line) => ({ ...line, author: deed.author })));
    if (deed?.kind === 'evidence' && deed.items.some((item) => about.has(item))) {
      const named = deed.names.filter((author) => authors.has(author));
      lines.push(...lineOf(store, link).map((line) => ({ ...line, ...(named.length > 0 && { names: named }) })));
    }
    if ((deed?.kind === 'undo' || deed?.kind === 'redo') && actions.has(`${link.reviewer} ${deed.of}`))
      lines.push(...lineOf(store, link));
  }
  // Stable: what has the same time stays in the order of the chains.
  return lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function* wideLinks(store: Store): Generator<Link, void, void> {
  for (const { id } of store.reviewers.list())
    for (let after = 0; ;) {
      const page = store.links.chain(id, after, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.seq;
      yield* page.filter(({ kind }) => WIDE.includes(kind));
    }
}

function lineOf(store: Store, link: Link, message?: string): CustodyLine[] {
  const body = readBody(link.body);
  if (body === null) return [];
  return [
    {
      time: iso(body.time),
      what: body.deed.kind,
      ...(message !== undefined && { message }),
      reviewer: reviewerPseudonym(store.reviewers.get(link.reviewer)?.publicKey ?? ''),
      link: link.hash.toString('hex'),
    },
  ];
}

const iso = (ms: number): string => new Date(ms).toISOString();
