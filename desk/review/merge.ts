/**
 * Takes in what was decided elsewhere: the union of chains. Nothing is decided anew and nothing is asked: what follows from
 * the links is the same in whatever order files come, and a file that comes twice changes nothing.
 *
 * It is done in pieces, each a transaction of the writer's, so that nobody's decision waits for a merge. After every piece the
 * workspace is one into which a shorter file was merged: whatever ends the merge on the way, it can be gone on with.
 */
import { DeskError } from '../errors.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import type { SignedChain, SignedLink } from './signed-file.ts';

/** Numbers of messages by what they are called everywhere. */
export type Found = ReadonlyMap<string, number>;

export interface MergedFile {
  readonly path: string;
  readonly reviewer: { readonly id: number; readonly pseudonym: string };
  readonly links: number;
  /** links that were not here before, and how many of them decide something */
  readonly added: number;
  readonly decisions: number;
  /** messages that this reviewer erased elsewhere, and that are here: they are left alone */
  readonly erasedElsewhere: readonly number[];
}

export interface Merged {
  readonly files: readonly MergedFile[];
  /** names of labels that were not here before */
  readonly labels: readonly string[];
  /** items whose review was worked out anew */
  readonly items: ReadonlySet<number>;
}

/** What is written at a time. */
export type MergePiece =
  | { readonly kind: 'reviewer'; readonly publicKey: string }
  /** labels that decisions name; null: no file gives the severity */
  | { readonly kind: 'labels'; readonly labels: readonly { readonly name: string; readonly severity: number | null }[] }
  /** the next ones of a chain */
  | { readonly kind: 'links'; readonly publicKey: string; readonly links: readonly SignedLink[]; readonly found: Found }
  /** salts of links that are here without */
  | {
      readonly kind: 'salts';
      readonly links: readonly {
        readonly id: number;
        readonly identity: string;
        readonly salt: string;
        readonly note: string | null;
      }[];
      readonly found: Found;
    }
  /** links that wait for a message or a text */
  | { readonly kind: 'waiting'; readonly links: readonly { link: number; identity: string }[]; readonly found: Found }
  | { readonly kind: 'looked'; readonly looked: number };

/** What a piece has changed. */
export interface Taken {
  /** items whose review was worked out anew */
  readonly items: readonly number[];
  /** labels that were not here before */
  readonly labels: readonly string[];
}

/** Links of one piece: some milliseconds. */
const PIECE = 32;
/**
 * The pieces of a merge of files that were checked. Whoever takes one writes it, and gives back what it has changed, before the
 * next.
 * @param found the messages that the links are about, as far as they are here
 * @param looked the last item that was looked at for them
 * @throws DeskError conflict, where one reviewer's chain has two ends; nothing was written then
 */
export function* mergePieces(
  store: Store,
  {
    chains,
    found,
    looked,
  }: { readonly chains: readonly SignedChain[]; readonly found: Found; readonly looked: number },
): Generator<MergePiece, Merged, Taken> {
  refuseForks(store, chains);
  const merged = { files: [] as MergedFile[], labels: [] as string[], items: new Set<number>() };
  const note = ({ items, labels }: Taken): void => {
    for (const item of items) merged.items.add(item);
    merged.labels.push(...labels);
  };
  for (const chain of chains) {
    const { path, publicKey, links } = chain;
    const had = endOf(store, publicKey);
    note(yield { kind: 'reviewer', publicKey });
    note(yield { kind: 'labels', labels: labelsOf(chain) });
    for (const some of inPieces(saltsFor(store, chain)))
      note(yield { kind: 'salts', links: some, found: those(found, some, ({ identity }) => [identity]) });
    for (const some of inPieces(links.slice(had)))
      note(yield { kind: 'links', publicKey, links: some, found: those(found, some, namedBy) });
    const added = links.slice(had);
    const { id, pseudonym } = reviewerOf(store, publicKey);
    merged.files.push({
      path,
      reviewer: { id, pseudonym },
      links: links.length,
      added: added.length,
      decisions: added.filter(({ read }) => read.deed.kind === 'decide').length,
      erasedElsewhere: added.flatMap(({ read: { deed } }) =>
        deed.kind === 'erase' ? deed.items.flatMap((identity) => standingHere(store, found.get(identity))) : [],
      ),
    });
  }
  for (const item of yield* waitingPieces(store, { found, looked })) merged.items.add(item);
  return merged;
}

/**
 * The pieces that point links to messages and texts that have come since.
 * @returns the items that they are about
 */
export function* waitingPieces(
  store: Store,
  { found, looked }: { readonly found: Found; readonly looked: number },
): Generator<MergePiece, ReadonlySet<number>, Taken> {
  const items = new Set<number>();
  const placeable = store.waitingLinks
    .list()
    .filter(({ link, identity }) => found.has(identity) || (store.links.get(link)?.item ?? null) !== null);
  for (const links of inPieces(placeable)) {
    const taken = yield { kind: 'waiting', links, found: those(found, links, ({ identity }) => [identity]) };
    for (const item of taken.items) items.add(item);
  }
  yield { kind: 'looked', looked };
  return items;
}

function* inPieces<T>(all: readonly T[]): Generator<readonly T[], void, void> {
  for (let at = 0; at < all.length; at += PIECE) yield all.slice(at, at + PIECE);
}

/** What a piece needs of what was found. */
function those<T>(found: Found, some: readonly T[], named: (one: T) => readonly string[]): Found {
  return new Map(
    some.flatMap(named).flatMap((identity) => {
      const item = found.get(identity);
      return item === undefined ? [] : [[identity, item] as const];
    }),
  );
}

const namedBy = ({ read: { deed } }: SignedLink): readonly string[] => ('item' in deed ? [deed.item] : []);

export function reviewerOf(store: Store, publicKey: string): Reviewer {
  const reviewer = store.reviewers.byKey(publicKey);
  if (reviewer === undefined) throw new Error('a reviewer is gone who was there a piece ago');
  return reviewer;
}

function endOf(store: Store, publicKey: string): number {
  const reviewer = store.reviewers.byKey(publicKey);
  return reviewer === undefined ? 0 : (store.links.end(reviewer.id)?.seq ?? 0);
}

/** Of files with one reviewer's chain each must be the beginning of the longest, and of what is here, or the other way round. */
function refuseForks(store: Store, chains: readonly SignedChain[]): void {
  const longest = new Map<string, SignedChain>();
  for (const chain of chains) {
    const reviewer = store.reviewers.byKey(chain.publicKey);
    if (reviewer !== undefined)
      refuseFork(chain, reviewer.name, 'what is here', endOf(store, chain.publicKey), (seq) =>
        store.links.at(reviewer.id, seq)?.hash.toString('hex'),
      );
    const other = longest.get(chain.publicKey);
    if (other !== undefined)
      refuseFork(chain, 'somebody', other.path, other.links.length, (seq) => other.links[seq - 1]?.hash);
    if (other === undefined || other.links.length < chain.links.length) longest.set(chain.publicKey, chain);
  }
}

/** @throws DeskError conflict: links of one chain that are both signed cannot both be true */
function refuseFork(
  { path, links }: SignedChain,
  name: string,
  than: string,
  had: number,
  hashOf: (seq: number) => string | undefined,
): void {
  const differs = (seq: number): boolean => hashOf(seq) !== links[seq - 1]?.hash;
  const shared = Math.min(had, links.length);
  if (shared === 0 || !differs(shared)) return;
  let seq = 1;
  while (!differs(seq)) seq++;
  throw new DeskError(
    'conflict',
    `${path}, line ${seq + 1}: from its link ${seq} on, ${name} did something else than ${than}.`,
    'Somebody went on under one name in two copies of a workspace, or a chain was made anew. Nothing was merged. In each copy somebody else must decide.',
  );
}

/** A file that was made before its workspace erased a text may still have the salt by which to know that text. */
function saltsFor(store: Store, { publicKey, links }: SignedChain): Extract<MergePiece, { kind: 'salts' }>['links'] {
  return store.links.withoutSalt(reviewerOf(store, publicKey).id).flatMap(({ id, seq, item }) => {
    const link = links[seq - 1];
    if (!link || link.salt === null || !('item' in link.read.deed)) return [];
    if (item !== null && store.items.get(item)?.erased !== false) return [];
    return [{ id, identity: link.read.deed.item, salt: link.salt, note: link.note }];
  });
}

/** Labels that decisions of a chain name, with the highest severity that its file gives them. */
function labelsOf({ labels, links }: SignedChain): Extract<MergePiece, { kind: 'labels' }>['labels'] {
  const severities = new Map<string, number>();
  for (const { name, severity } of labels)
    severities.set(folded(name), Math.max(severity, severities.get(folded(name)) ?? 0));
  const names = new Set(links.flatMap(({ read: { deed } }) => (deed.kind === 'decide' ? deed.labels : [])));
  return [...names].map((name) => ({ name, severity: severities.get(folded(name)) ?? null }));
}

const standingHere = (store: Store, item: number | undefined): readonly number[] =>
  item !== undefined && store.items.get(item)?.erased === false ? [item] : [];

/** As SQLite compares names. */
const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
