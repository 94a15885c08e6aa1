/**
 * What a reviewer can do, each as links of the reviewer's chain and what follows from them. Runs inside one transaction
 * of the writer: either all of it is on the disk, or nothing.
 */
import { DeskError } from '../errors.ts';
import { BETWEEN } from '../store/policies.ts';
import type { Item } from '../store/items.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { Store } from '../store/store.ts';
import { Action } from './action.ts';
import { followAll, itemsOf } from './follow.ts';
import { type Deed, type Model, newSalt, salted } from './link.ts';
import type { Span } from './span.ts';
import type { DOUBLE_REVIEW, Escalation, Reopening } from './reasons.ts';
import { standing } from './standing.ts';
import { isBlind } from './status.ts';

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
  /** what others see differently is settled by it */
  readonly settles?: boolean | undefined;
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

/** Decides one item, or many at once. @throws DeskError */
export function decide(store: Store, reviewer: Reviewer, seen: readonly Seen[], decision: Decision, now: number): Done {
  const labels = namesOf(store, decision.labels);
  const { reasons, spans, note, model, settles = false } = decision;
  if (reasons.some((reason) => reason.includes(BETWEEN)))
    throw new DeskError(
      'bad-input',
      `A reason cannot have ${BETWEEN} in it.`,
      'Tables put it between several reasons. Write it without, or as a note.',
    );
  return actOn(
    store,
    reviewer,
    seen,
    now,
    (parts, item) => {
      const review = store.reviews.get(item.id);
      if (review?.blindTo === reviewer.id && hasOthers(store, reviewer)) throw notAgain();
      const verdicts = store.reviews.verdicts(item.id);
      const own = verdicts.some((verdict) => verdict.reviewer === reviewer.id);
      if (settles && review?.disagree !== true) throw nothingToSettle();
      if (settles && own) throw takesPart();
      const others = verdicts.some((verdict) => verdict.reviewer !== reviewer.id);
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
        blind: !others || isBlind(review?.status, own),
        settles,
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
  { reason, note }: { readonly reason: Reopening | typeof DOUBLE_REVIEW; readonly note: string | null },
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
    throw new DeskError(
      'nothing-to-do',
      'There is nothing to undo.',
      `${reviewer.name} has done nothing yet, or has taken all of it back.`,
    );
  const action = new Action(store, reviewer, now);
  action.add({ kind: 'undo', of });
  store.links.setUndone(reviewer.id, of, action.action);
  return { action: of, items: followAction(store, reviewer, of), changed: [] };
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
  return { action: of, items: followAction(store, reviewer, of), changed: [] };
}

/** Adds a link that is about no review of an item and cannot be undone. */
export function record(
  store: Store,
  reviewer: Reviewer,
  deed: Extract<Deed, { kind: 'reveal' | 'evidence' | 'hold' | 'release' | 'erase' | 'promote' }>,
  now: number,
  item?: number,
): { readonly link: number; readonly hash: Buffer } {
  const guessable = deed.kind === 'hold' || deed.kind === 'release' || deed.kind === 'erase';
  const whole = guessable ? { ...deed, nonce: newSalt().toString('hex') } : deed;
  return new Action(store, reviewer, now).add(whole, { ...(item !== undefined && { item }) });
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
  followAll(store, items);
  return { action: action.action, items, changed };
}

function followAction(store: Store, reviewer: Reviewer, action: number): readonly number[] {
  const items = itemsOf(store.links.action(reviewer.id, action));
  followAll(store, items);
  return items;
}

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

const notAgain = (): DeskError =>
  new DeskError(
    'not-allowed',
    'This message was reopened so that somebody else decides it.',
    'Leave it to another reviewer; it is not in your queue.',
  );

const nothingToSettle = (): DeskError =>
  new DeskError(
    'nothing-to-do',
    'Reviewers do not see this message differently.',
    'Decide it without settling anything.',
  );

const takesPart = (): DeskError =>
  new DeskError(
    'not-allowed',
    'Whoever decided this message cannot settle what others see differently.',
    'Leave it to a reviewer who has not decided it, or decide it anew.',
  );
