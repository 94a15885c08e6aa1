/** Writes one piece of a merge. Runs inside one transaction of the writer. */
import { DeskError } from '../errors.ts';
import type { Link } from '../store/links.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { followAll, itemsOf } from './follow.ts';
import { type Deed, readBody } from './link.ts';
import { type Found, type MergePiece, reviewerOf, type Taken } from './merge.ts';
import { seenVersion } from './seen-text.ts';
import { isUndoable } from './sequence.ts';
import type { SignedLink } from './signed-file.ts';

/** Name in the settings: up to this item, messages were looked through for links that wait. */
export const LOOKED = 'merge.looked';
/** Of a label whose severity no file gives. */
const SERIOUS = 2;

/** @throws DeskError conflict, where the chain was gone on with otherwise since the merge began */
export function takePiece(store: Store, piece: MergePiece, now: number): Taken {
  const touched = new Set<number>();
  const labels = put(store, piece, touched, now);
  followAll(store, touched);
  return { items: [...touched], labels };
}

function put(store: Store, piece: MergePiece, touched: Set<number>, now: number): readonly string[] {
  switch (piece.kind) {
    case 'reviewer':
      if (store.reviewers.byKey(piece.publicKey) === undefined) store.reviewers.addForeign(piece.publicKey, now);
      break;
    case 'labels':
      return addLabels(store, piece.labels, touched);
    case 'links':
      for (const link of piece.links) addLink(store, reviewerOf(store, piece.publicKey), link, piece.found, touched);
      break;
    case 'salts':
      for (const link of piece.links) bringSalt(store, link, piece.found, touched);
      break;
    case 'waiting':
      for (const { link, identity } of piece.links) settle(store, link, identity, piece.found, touched);
      break;
    case 'looked':
      store.settings.set(LOOKED, piece.looked);
  }
  return [];
}

function bringSalt(
  store: Store,
  { id, identity, salt, note }: Extract<MergePiece, { kind: 'salts' }>['links'][number],
  found: Found,
  touched: Set<number>,
): void {
  const item = store.links.get(id)?.item ?? null;
  store.links.place(id, { item, version: 0, salt: Buffer.from(salt, 'hex'), note });
  store.waitingLinks.add({ link: id, identity });
  if (item !== null) touched.add(item);
  settle(store, id, identity, found, touched);
}

function addLink(
  store: Store,
  { id: reviewer, name }: Reviewer,
  { hash, body, salt, note, read }: SignedLink,
  found: Found,
  touched: Set<number>,
): void {
  const { seq, action, deed, prev } = read;
  const end = store.links.end(reviewer);
  if (seq <= (end?.seq ?? 0)) return;
  if (seq !== (end?.seq ?? 0) + 1 || prev !== (end?.hash.toString('hex') ?? null)) throw raced(seq, name);
  const beside = { salt: salt === null ? null : Buffer.from(salt, 'hex'), note };
  const { waits, ...at } = placeOf(store, deed, beside, 'item' in deed ? found.get(deed.item) : undefined);
  const link = store.links.add({ reviewer, seq, action, kind: deed.kind, body, hash: Buffer.from(hash, 'hex'), ...at });
  if (waits && 'item' in deed) store.waitingLinks.add({ link, identity: deed.item });
  if (at.item !== null) touched.add(at.item);
  if (deed.kind === 'undo' || deed.kind === 'redo') {
    store.links.setUndone(reviewer, deed.of, deed.kind === 'undo' ? seq : 0);
    for (const item of itemsOf(store.links.action(reviewer, deed.of))) touched.add(item);
  } else if (isUndoable(deed.kind) && store.links.undoOf(reviewer, action) === undefined)
    store.links.noteAction(reviewer, action);
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

/** Adds those that nobody here knows; of severities that files give, the highest holds. @returns what was added */
function addLabels(
  store: Store,
  labels: Extract<MergePiece, { kind: 'labels' }>['labels'],
  touched: Set<number>,
): readonly string[] {
  const { policies } = store;
  const added: string[] = [];
  for (const { name, severity: given } of labels) {
    const severity = given ?? SERIOUS;
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

/** Points a link that waits to what is here by now. */
function settle(store: Store, id: number, identity: string, found: Found, touched: Set<number>): void {
  const link = store.links.get(id);
  const deed = link && readBody(link.body)?.deed;
  if (!link || !deed) return;
  const { waits, ...at } = placeOf(store, deed, link, link.item ?? found.get(identity));
  if (!waits) store.waitingLinks.drop(id);
  if (at.item === null || (at.item === link.item && at.version === link.version)) return;
  store.links.place(id, at);
  touched.add(at.item);
}

const raced = (seq: number, name: string): DeskError =>
  new DeskError(
    'conflict',
    `${name} did something else at link ${seq} while a file of theirs was merged.`,
    'Merge the file again: it is said then where they part.',
  );
