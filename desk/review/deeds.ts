/**
 * What a reviewer can do, each as links of the reviewer's chain and what follows from them. Runs inside one transaction
 * of the writer: either all of it is on the disk, or nothing.
 */
import { DeskError } from '../errors.ts';
import type { Item } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import type { Escalation, Reopening } from './reasons.ts';
import { type Body, type Deed, type Model, type Span, newSalt, readBody, salted, seal } from './link.ts';
import { standing } from './standing.ts';
import { type About, type Review, reviewOf } from './status.ts';

/** A message as it was on screen. */
export interface Seen {
  readonly item: number;
  readonly version: number;
}

export interface Decision {
  /** ids; several may apply, none means that nothing does */
  readonly labels: readonly number[];
  readonly reasons: readonly string[];
  readonly spans: readonly Span[];
  readonly note: string | null;
  readonly model: Model | null;
}

/** What an action did. */
export interface Done {
  /** seq of its first link; what undo names */
  readonly action: number;
  /** the items that it touched */
  readonly items: readonly number[];
  /** items that were left alone, because their text had changed since it was shown */
  readonly changed: readonly number[];
}

/** Adds links to one reviewer's chain, as one action. */
class Action {
  readonly #store: Store;
  readonly #reviewer: Reviewer;
  readonly #now: number;
  #seq: number;
  #prev: Buffer | null;
  readonly action: number;

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

/** Decides one item, or many at once. @throws DeskError */
export function decide(store: Store, reviewer: Reviewer, seen: readonly Seen[], decision: Decision, now: number): Done {
  const labels = namesOf(store, decision.labels);
  const { reasons, spans, note, model } = decision;
  return actOn(
    store,
    reviewer,
    seen,
    now,
    (parts, item) => {
      if (store.reviews.get(item.id)?.blindTo === reviewer.id && hasOthers(store, reviewer)) throw blind();
      for (const { end } of spans)
        if (end > item.text.length)
          throw new DeskError('bad-input', 'A marked part lies behind the end of the text.', 'Mark it again.');
      return {
        kind: 'decide',
        ...parts.seen,
        labels: [...labels],
        reasons: [...reasons],
        spans: [...spans],
        note: parts.note(note),
        model,
      };
    },
    note,
  );
}

/** Puts items off: they come after those that nobody looked at. */
export function skip(store: Store, reviewer: Reviewer, seen: readonly Seen[], now: number): Done {
  return actOn(store, reviewer, seen, now, (parts) => ({ kind: 'skip', ...parts.seen }), null);
}

export function escalate(
  store: Store,
  reviewer: Reviewer,
  seen: readonly Seen[],
  { reason, note }: { readonly reason: Escalation; readonly note: string | null },
  now: number,
): Done {
  const deed = (parts: Parts): Deed => ({ kind: 'escalate', ...parts.seen, reason, note: parts.note(note) });
  return actOn(store, reviewer, seen, now, deed, note);
}

/** Takes decided items back into the queue; what was decided stays, and is not shown to whoever decides next. */
export function reopen(
  store: Store,
  reviewer: Reviewer,
  seen: readonly Seen[],
  { reason, note }: { readonly reason: Reopening; readonly note: string | null },
  now: number,
): Done {
  const deed = (parts: Parts, item: Item): Deed => {
    if (store.reviews.verdicts(item.id).length === 0)
      throw new DeskError(
        'nothing-to-do',
        'Nobody has decided this message yet.',
        'Only what was decided can be reopened.',
      );
    return { kind: 'reopen', ...parts.seen, reason, note: parts.note(note) };
  };
  return actOn(store, reviewer, seen, now, deed, note);
}

export function annotate(store: Store, reviewer: Reviewer, seen: Seen, note: string, now: number): Done {
  return actOn(
    store,
    reviewer,
    [seen],
    now,
    (parts) => ({ kind: 'note', ...parts.seen, note: parts.note(note) ?? '' }),
    note,
  );
}

/** Takes the reviewer's last action back. @throws DeskError nothing-to-do */
export function undo(store: Store, reviewer: Reviewer, now: number): Done {
  const of = store.links.lastDone(reviewer.id);
  if (of === null)
    throw new DeskError('nothing-to-do', 'There is nothing to undo.', `${reviewer.name} has done nothing yet.`);
  const action = new Action(store, reviewer, now);
  action.add({ kind: 'undo', of });
  store.links.setUndone(reviewer.id, of, action.action);
  return { action: of, items: followAll(store, store.links.action(reviewer.id, of)), changed: [] };
}

/** Does again what was undone last, unless something else was done since. @throws DeskError nothing-to-do */
export function redo(store: Store, reviewer: Reviewer, now: number): Done {
  const of = store.links.lastUndone(reviewer.id);
  if (of === null)
    throw new DeskError(
      'nothing-to-do',
      'There is nothing to do again.',
      'Only what was just undone can be done again, before anything else is decided.',
    );
  new Action(store, reviewer, now).add({ kind: 'redo', of });
  store.links.setUndone(reviewer.id, of, 0);
  return { action: of, items: followAll(store, store.links.action(reviewer.id, of)), changed: [] };
}

/** Adds a link that is about no review of an item and cannot be undone. */
export function record(
  store: Store,
  reviewer: Reviewer,
  deed: Extract<Deed, { kind: 'reveal' | 'hold' | 'release' | 'erase' }>,
  now: number,
  item?: number,
): { readonly link: number; readonly hash: Buffer } {
  return new Action(store, reviewer, now).add(deed, { ...(item !== undefined && { item }) });
}

/** Works out anew what follows from the links about an item. */
export function follow(store: Store, item: Item): Review {
  const about = store.links.about(item.id).flatMap((link) => aboutOf(store, link));
  const review = reviewOf(about, item.version);
  store.reviews.set(item.id, review, worst(store, review.verdict?.labels ?? []));
  return review;
}

interface Parts {
  readonly seen: { readonly item: string; readonly version: number; readonly text: string };
  readonly note: (note: string | null) => string | null;
}

function actOn(
  store: Store,
  reviewer: Reviewer,
  seen: readonly Seen[],
  now: number,
  deedOf: (parts: Parts, item: Item) => Deed,
  note: string | null,
): Done {
  const action = new Action(store, reviewer, now);
  const items: number[] = [];
  const changed: number[] = [];
  for (const { item: id, version } of seen) {
    const item = standing(store, id);
    if (item.version !== version) {
      changed.push(id);
      continue;
    }
    const salt = newSalt();
    const parts: Parts = {
      seen: { item: store.items.identity(id), version, text: salted(salt, item.text) },
      note: (text) => (text === null ? null : salted(salt, text)),
    };
    action.add(deedOf(parts, item), { item: id, version, salt, note });
    items.push(id);
  }
  if (items.length === 0) {
    if (seen.length === 0) throw new DeskError('nothing-to-do', 'No message was named.', 'Name at least one.');
    throw new DeskError(
      'changed',
      seen.length === 1
        ? 'The text has changed since it was shown.'
        : 'All of these texts have changed since they were shown.',
      'Read what it says now, then decide.',
    );
  }
  store.links.noteAction(reviewer.id, action.action);
  for (const id of items) followById(store, id);
  return { action: action.action, items, changed };
}

function followAll(store: Store, links: readonly Link[]): readonly number[] {
  const items = [...new Set(links.flatMap(({ item }) => (item === null ? [] : [item])))];
  for (const item of items) followById(store, item);
  return items;
}

function followById(store: Store, id: number): void {
  const item = store.items.get(id);
  if (item !== undefined) follow(store, item);
}

/** A link as `reviewOf` wants it; none where it says nothing about the item's review. */
function aboutOf(store: Store, link: Link): About[] {
  const body = readBody(link.body);
  if (body === null) return [];
  const { deed, time } = body;
  if (deed.kind !== 'decide' && deed.kind !== 'skip' && deed.kind !== 'escalate' && deed.kind !== 'reopen') return [];
  const names = deed.kind === 'decide' ? deed.labels : [];
  const labels = names.flatMap((name) => store.policies.labelNamed(name) ?? []).sort((a, b) => a - b);
  return [{ link: link.id, reviewer: link.reviewer, kind: deed.kind, version: deed.version, time, labels }];
}

/** The most severe of some labels; of equal ones the first. */
const worst = (store: Store, ids: readonly number[]): number | null =>
  ids.flatMap((id) => store.policies.label(id) ?? []).sort((a, b) => b.severity - a.severity)[0]?.id ?? null;

function namesOf(store: Store, ids: readonly number[]): readonly string[] {
  return ids.map((id) => {
    const label = store.policies.label(id);
    if (label === undefined || label.retired)
      throw new DeskError('not-found', `There is no label number ${id}.`, 'List the labels and choose one of them.');
    return label.name;
  });
}

const hasOthers = (store: Store, { id }: Reviewer): boolean =>
  store.reviewers.list().some((other) => other.own && other.id !== id);

const blind = (): DeskError =>
  new DeskError(
    'not-allowed',
    'This message was reopened so that somebody else decides it.',
    'Leave it to another reviewer; it is not in your queue.',
  );
