/**
 * Takes in what was decided elsewhere: the union of chains. Nothing is decided anew and nothing is asked: what follows from
 * the links is the same in whatever order files come, and a file that comes twice changes nothing. Runs inside one
 * transaction of the writer, on files that were checked.
 */
import { DeskError } from '../errors.ts';
import type { Link } from '../store/links.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { followAll, itemsOf } from './follow.ts';
import { type Deed, readBody } from './link.ts';
import { seenVersion } from './seen-text.ts';
import type { SignedChain, SignedLink } from './signed-file.ts';

/** Name in the settings: up to this item, messages were looked through for links that wait. */
export const LOOKED = 'merge.looked';

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
  readonly items: readonly number[];
}

/** Of a label whose severity no file gives. */
const SERIOUS = 2;

/**
 * @param found the messages that the links are about, as far as they are here
 * @param looked the last item that was looked at for them
 * @throws DeskError conflict, where one reviewer's chain has two ends
 */
export function merge(
  store: Store,
  {
    chains,
    found,
    looked,
  }: { readonly chains: readonly SignedChain[]; readonly found: Found; readonly looked: number },
  now: number,
): Merged {
  const touched = new Set<number>();
  const files = chains.map((chain) => addChain(store, chain, found, touched, now));
  const labels = chains.flatMap((chain) => addLabels(store, chain, touched));
  settle(store, found, touched);
  store.settings.set(LOOKED, looked);
  followAll(store, touched);
  return { files, labels, items: [...touched] };
}

/** Points links to messages and texts that have come since. @returns the items that they are about */
export function placeWaiting(
  store: Store,
  { found, looked }: { readonly found: Found; readonly looked: number },
): readonly number[] {
  const touched = new Set<number>();
  settle(store, found, touched);
  store.settings.set(LOOKED, looked);
  followAll(store, touched);
  return [...touched];
}

function addChain(store: Store, chain: SignedChain, found: Found, touched: Set<number>, now: number): MergedFile {
  const { path, publicKey, links } = chain;
  const reviewer = store.reviewers.byKey(publicKey) ?? store.reviewers.addForeign(publicKey, now);
  const had = store.links.end(reviewer.id)?.seq ?? 0;
  refuseFork(store, reviewer, chain, had);
  bringSalts(store, reviewer, chain, touched);
  const added = links.slice(had);
  for (const link of added) {
    const id = addLink(store, reviewer, link, found);
    const item = store.links.get(id)?.item ?? null;
    if (item !== null) touched.add(item);
  }
  if (added.length > 0) undoAgain(store, reviewer, chain, touched);
  return {
    path,
    reviewer: { id: reviewer.id, pseudonym: reviewer.pseudonym },
    links: links.length,
    added: added.length,
    decisions: added.filter(({ read }) => read.deed.kind === 'decide').length,
    erasedElsewhere: added.flatMap(({ read: { deed } }) =>
      deed.kind === 'erase' ? deed.items.flatMap((identity) => standingHere(store, found.get(identity))) : [],
    ),
  };
}

/** @throws DeskError conflict: links of one chain that are both signed cannot both be true */
function refuseFork(store: Store, { id, name }: Reviewer, { path, links }: SignedChain, had: number): void {
  const differs = (seq: number): boolean => store.links.at(id, seq)?.hash.toString('hex') !== links[seq - 1]?.hash;
  const shared = Math.min(had, links.length);
  if (shared === 0 || !differs(shared)) return;
  let seq = 1;
  while (!differs(seq)) seq++;
  throw new DeskError(
    'conflict',
    `${path}, line ${seq + 1}: from its link ${seq} on, ${name} did something else than what is here.`,
    'Somebody went on under one name in two copies of a workspace, or a chain was made anew. Nothing was merged. In each copy somebody else must decide.',
  );
}

/** A file that was made before its workspace erased a text may still have the salt by which to know that text. */
function bringSalts(store: Store, { id: reviewer }: Reviewer, { links }: SignedChain, touched: Set<number>): void {
  for (const { id, seq, item } of store.links.withoutSalt(reviewer)) {
    const salt = links[seq - 1]?.salt ?? null;
    if (salt === null || (item !== null && store.items.get(item)?.erased !== false)) continue;
    const { note = null, read } = links[seq - 1] as SignedLink;
    store.links.place(id, { item, version: 0, salt: Buffer.from(salt, 'hex'), note });
    if ('item' in read.deed) store.waitingLinks.add({ link: id, identity: read.deed.item });
    if (item !== null) touched.add(item);
  }
}

function addLink(store: Store, reviewer: Reviewer, { hash, body, salt, note, read }: SignedLink, found: Found): number {
  const { seq, action, deed } = read;
  const beside = { salt: salt === null ? null : Buffer.from(salt, 'hex'), note };
  const placed = placeOf(store, deed, beside, 'item' in deed ? found.get(deed.item) : undefined);
  const { waits, ...at } = placed;
  const link = store.links.add({
    reviewer: reviewer.id,
    seq,
    action,
    kind: deed.kind,
    body,
    hash: Buffer.from(hash, 'hex'),
    ...at,
  });
  if (waits && 'item' in deed) store.waitingLinks.add({ link, identity: deed.item });
  return link;
}

type Placed = Pick<Link, 'item' | 'version' | 'salt' | 'note'> & { readonly waits: boolean };

/** Where a link points in this workspace. @param item that it is about; undefined where that is not here */
function placeOf(
  store: Store,
  deed: Deed,
  { salt, note }: Pick<Link, 'salt' | 'note'>,
  item: number | undefined,
): Placed {
  if (!('item' in deed)) return { item: null, version: null, salt, note, waits: false };
  const here = item === undefined ? undefined : store.items.get(item);
  if (here === undefined) return { item: null, version: 'text' in deed ? 0 : null, salt, note, waits: true };
  // What was erased here does not come back from elsewhere.
  if (here.erased)
    return { item: here.id, version: 'text' in deed ? deed.version : null, salt: null, note: null, waits: false };
  if (!('text' in deed)) return { item: here.id, version: null, salt, note, waits: false };
  const version = seenVersion(store, here, deed.version, salt, deed.text);
  return { item: here.id, version, salt, note, waits: version === 0 && salt !== null };
}

/** Which actions are undone is what the whole chain says. */
function undoAgain(store: Store, { id }: Reviewer, { actions }: SignedChain, touched: Set<number>): void {
  for (const [action, undone] of actions) {
    const known = store.links.undoOf(id, action);
    if (known === undefined) store.links.noteAction(id, action);
    if ((known ?? 0) === undone) continue;
    store.links.setUndone(id, action, undone);
    for (const item of itemsOf(store.links.action(id, action))) touched.add(item);
  }
}

/** Labels that decisions name and nobody here knows; of severities that files give, the highest holds. */
function addLabels(store: Store, { labels, links }: SignedChain, touched: Set<number>): readonly string[] {
  const { policies } = store;
  const severities = new Map<string, number>();
  for (const { name, severity } of labels)
    severities.set(folded(name), Math.max(severity, severities.get(folded(name)) ?? 0));
  const names = new Set(links.flatMap(({ read: { deed } }) => (deed.kind === 'decide' ? deed.labels : [])));
  const added: string[] = [];
  for (const name of names) {
    const severity = severities.get(folded(name)) ?? SERIOUS;
    const known = policies.labelNamed(name);
    const label = known === undefined ? undefined : policies.label(known);
    if (label === undefined) {
      const made = { policy: null, name, key: null, guidance: '', severity, retired: false };
      policies.noteMerged(policies.putLabel(made));
      added.push(name);
    } else if (policies.isMerged(label.id) && (severity > label.severity || name < label.name)) {
      policies.putLabel({
        ...label,
        name: name < label.name ? name : label.name,
        severity: Math.max(severity, label.severity),
      });
      for (const item of store.reviews.withLabel(label.id)) touched.add(item);
    }
  }
  return added;
}

function settle(store: Store, found: Found, touched: Set<number>): void {
  for (const { link: id, identity } of store.waitingLinks.list()) {
    const link = store.links.get(id);
    const deed = link && readBody(link.body)?.deed;
    if (!link || !deed) continue;
    const { waits, ...at } = placeOf(store, deed, link, link.item ?? found.get(identity));
    if (!waits) store.waitingLinks.drop(id);
    if (at.item === null || (at.item === link.item && at.version === link.version)) continue;
    store.links.place(id, at);
    touched.add(at.item);
  }
}

const standingHere = (store: Store, item: number | undefined): readonly number[] =>
  item !== undefined && store.items.get(item)?.erased === false ? [item] : [];

/** As SQLite compares names. */
const folded = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
