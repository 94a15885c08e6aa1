/**
 * What a reviewer does with a list of messages. The next message is there at once; what was decided is written in the order in
 * which it was, and comes back where the desk refuses it.
 */
import type { EscalationReason, Filter, Label, Policy, QueueEntry, ReopenReason } from '../../desk/contract/shapes.ts';
import { review } from '../messages/review.ts';
import type { Session } from '../session.svelte.ts';
import { Bulk, type Target } from './bulk.svelte.ts';
import { Details } from './details.svelte.ts';
import { Explaining } from './explaining.svelte.ts';
import { Following } from './following.svelte.ts';
import { MessageList } from './list.svelte.ts';
import type { Pace } from './pace.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { Slips } from './slips.ts';
import type { Span } from './spans.ts';
import { spoken } from './spoken.ts';

/** What is given with a decision beside its labels. */
export interface Ground {
  readonly reasons: readonly string[];
  readonly note: string | null;
  readonly settles: boolean;
}
const NO_GROUND: Ground = { reasons: [], note: null, settles: false };

/** A dialog that is open over the message. */
export type Asking = 'note' | 'escalate' | 'reopen' | 'ground' | Bulk;

/** Rows that are here before somebody comes to them. */
const AHEAD = 40;
const BEHIND = 15;
/** Whoever passes a message faster than this does not read what stands around it. */
const PASSES_MS = 30;
/** What the desk makes of a decision is asked for when the next message has long been drawn. */
const SETTLES_MS = 100;

export class Reviewing {
  readonly list: MessageList;
  readonly details: Details;
  readonly explaining: Explaining;
  readonly selection = new Selection();
  readonly slips = new Slips();
  readonly pace: Pace;
  labels = $state.raw<readonly Label[]>([]);
  policies = $state.raw<readonly Policy[]>([]);
  asking = $state.raw<Asking | null>(null);
  /** masks of the message are open */
  unmasked = $state(false);
  /** of the message: `open`, blurred and grey where it is set so, then `clear` */
  pictures = $state<'closed' | 'open' | 'clear'>('closed');
  /** all that is here of the conversation is shown */
  whole = $state(false);
  /** words are being marked, and those that are */
  marking = $state(false);
  spans = $state.raw<readonly Span[]>([]);
  /** the panel that says why a message has its score */
  why = $state(true);
  /** all of the list was decided */
  done = $state(false);
  /** written, and not confirmed yet */
  saving = $state(0);
  readonly #session: Session;
  readonly #following: Following;
  readonly #pending = new Set<number>();
  #turn: Promise<unknown> = Promise.resolve();
  /** something was done about this list since it was read */
  #hasDecided = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** the toast that offers to take many decisions back: once more is done, its button would take back something else */
  #offer: number | null = null;

  constructor(session: Session, pace: Pace) {
    this.#session = session;
    this.pace = pace;
    this.list = new MessageList(session.desk);
    this.details = new Details(session.desk);
    this.explaining = new Explaining(session.desk);
    this.#following = new Following(session, this);
  }

  /** Nothing is heard any more: another workspace is open. */
  end(): void {
    this.#following.end();
  }

  /** Somebody works on the list as it is. */
  get isBegun(): boolean {
    const { count, current } = this.list;
    return count > 0 && (this.#hasDecided || (current ?? 0) > 0 || this.selection.size > 0 || this.asking !== null);
  }

  isPending(id: number): boolean {
    return this.#pending.has(id);
  }

  get entry(): QueueEntry | undefined {
    return this.done ? undefined : this.list.entry;
  }

  /** Reads words to decide with, and the list, unless it is there and nothing has changed: then all is as it was left. */
  async enter(wanted = this.list.wanted): Promise<void> {
    const isThere =
      this.list.state === 'ready' && !this.list.stale && JSON.stringify(wanted) === JSON.stringify(this.list.wanted);
    await Promise.all([
      this.#session.attempt(async () => {
        this.labels = (await this.#session.desk.labels.list()).filter(({ retired }) => !retired);
        this.policies = (await this.#session.desk.policies.list()).filter(({ retired }) => !retired);
      }),
      isThere ? undefined : this.load(wanted),
    ]);
  }

  /** Reads the list. @param keep message that should be the current one, where it is among the first */
  async load(wanted = this.list.wanted, keep: number | null = null): Promise<void> {
    this.list.reviewer = this.#session.me?.id;
    this.done = this.#hasDecided = false;
    this.selection.clear();
    await this.list.load(wanted, keep);
  }

  /** Reads the same anew, and stays with the message that is shown. */
  async reload(): Promise<void> {
    await this.load(this.list.wanted, this.entry?.message.id ?? null);
  }

  /** A message is shown from now on; undefined: none. */
  arrive(entry: QueueEntry | undefined, drawn: (then: () => void) => void): void {
    this.slips.leave();
    clearTimeout(this.#timer);
    [this.unmasked, this.marking, this.spans, this.pictures] = [false, false, [], 'closed'];
    const { current } = this.list;
    if (entry === undefined || current === null) return;
    // In the frame that shows it: a reader of the screen need not wait for two more.
    this.#session.announcer.say(spoken(entry, this.#session.preferences?.masked !== false));
    drawn(() => {
      // Another one may have come before this one was drawn.
      if (entry.message.id !== this.entry?.message.id) return;
      this.slips.shown(performance.now());
      // Not before: the frame with the message comes first.
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#prepare(current), PASSES_MS);
    });
  }

  /** Brings rows and what stands around messages before somebody comes to them. */
  #prepare(current: number): void {
    void this.list.reach(current - BEHIND, current + AHEAD);
    for (const index of [current, current + 1, current + 2]) {
      const id = this.list.at(index)?.message.id;
      if (id !== undefined) void this.details.want(id, this.#session.me?.id);
    }
  }

  go(index: number): void {
    if (this.list.count === 0) return;
    this.done = false;
    this.list.current = Math.max(0, Math.min(index, this.list.count - 1));
  }

  move(step: number): void {
    if (this.list.current !== null) this.go(this.list.current + step);
  }

  /** Chooses from where somebody stands to another row. */
  extend(to: number): void {
    const { current, count } = this.list;
    const index = Math.max(0, Math.min(to, count - 1));
    if (current === null) return;
    const all = this.selection.extend(current, index, (from, last) => this.list.between(from, last));
    if (!all) this.#session.toasts.say(review.mostChosen());
    this.go(index);
  }

  /** Decides what is on screen, or asks about all that are chosen. */
  decide(labels: readonly number[]): void {
    if (this.asking !== null) return;
    if (this.selection.size > 0) this.askAll({ kind: 'chosen', entries: this.selection.all }, labels);
    else if (this.entry !== undefined && this.#passes()) void this.#decide(this.entry, labels, NO_GROUND);
  }

  /** The same with reasons, a note, or as the end of a disagreement. */
  decideWith(labels: readonly number[], ground: Ground): void {
    const { entry } = this;
    this.asking = null;
    if (entry !== undefined) void this.#decide(entry, labels, ground);
  }

  skip(): void {
    const { entry } = this;
    if (entry === undefined || this.asking !== null || !this.#passes()) return;
    const status = entry.status === 'open' ? 'skipped' : entry.status;
    void this.#act(entry, { ...entry, status }, true, async (reviewer) => {
      await this.#session.desk.review.skip({ reviewer, seen: [seenOf(entry)] });
    });
  }

  escalate(reason: EscalationReason, note: string | null): void {
    const { entry } = this;
    this.asking = null;
    if (entry === undefined) return;
    void this.#act(entry, { ...entry, status: 'escalated' }, true, async (reviewer) => {
      const { contact } = await this.#session.desk.review.escalate({ reviewer, seen: [seenOf(entry)], reason, note });
      this.#session.toasts.say(contact === null ? review.escalated() : review.escalatedCall({ contact }));
    });
  }

  reopen(reason: ReopenReason, note: string | null): void {
    const { entry } = this;
    this.asking = null;
    if (entry === undefined) return;
    void this.#act(entry, { ...entry, status: 'reopened' }, false, async (reviewer) => {
      await this.#session.desk.review.reopen({ reviewer, seen: [seenOf(entry)], reason, note });
      this.#session.toasts.say(review.reopened());
    });
  }

  note(note: string): void {
    const { entry } = this;
    this.asking = null;
    if (entry === undefined || note.trim() === '') return;
    void this.#act(entry, entry, false, async (reviewer) => {
      await this.#session.desk.review.note({ reviewer, seen: seenOf(entry), note });
      this.#session.announcer.say(review.noted());
    });
  }

  undo(): void {
    void this.#takeBack('undo');
  }

  redo(): void {
    void this.#takeBack('redo');
  }

  /** Asks before many are decided at once. @param labels that somebody chose already; none of them is a choice, too */
  askAll(target: Target, labels: readonly number[] | null = null): void {
    const bulk = new Bulk(this.#session.desk, target, labels, this.#session.me?.id);
    this.asking = bulk;
    void bulk.count();
  }

  /** All that is to be done and nearly the same as what is on screen, or by its author. */
  askLike(what: 'like' | 'author', filter: Filter): void {
    const message = this.entry?.message;
    if (message === undefined || this.asking !== null) return;
    if (what === 'like') this.askAll({ kind: what, filter: { ...filter, like: message.id }, name: '' });
    else if (message.author !== null)
      this.askAll({
        kind: what,
        filter: { ...filter, authors: [message.author.id] },
        name: message.author.pseudonym,
      });
  }

  /** What was shown and counted is decided. */
  async decideAll(bulk: Bulk, labels: readonly number[]): Promise<void> {
    this.#begin();
    const count = await this.#inTurn(() => bulk.decide(() => this.#session.reviewer(), labels));
    if (count === null) return;
    this.asking = null;
    this.pace.decide(performance.now(), count);
    this.#offer = this.#session.toasts.say(review.decidedAll({ count }), {
      tone: 'good',
      action: { title: review.undo(), does: () => this.undo() },
    });
    await this.reload();
  }

  async #decide(entry: QueueEntry, labels: readonly number[], { reasons, note, settles }: Ground): Promise<void> {
    const { model } = entry;
    const spans = this.spans.map((span) => ({ ...span }));
    this.pace.decide(performance.now());
    const after: QueueEntry = { ...entry, status: 'decided', labels: [...labels] };
    const kept = await this.#act(entry, after, true, async (reviewer) => {
      await this.#session.desk.review.decide({
        reviewer,
        seen: [seenOf(entry)],
        labels: [...labels],
        reasons: [...reasons],
        note,
        spans,
        settles,
        shown: model && { revision: model.revision, score: model.score },
      });
      this.explaining.forget();
    });
    if (!kept) this.pace.decided--;
  }

  /** Shows what will be, goes on, and has it written; shows what was where that fails. @returns whether it is written */
  async #act(
    before: QueueEntry,
    after: QueueEntry,
    goesOn: boolean,
    write: (reviewer: number) => Promise<void>,
  ): Promise<boolean> {
    const { id } = before.message;
    const index = this.list.indexOf(id) ?? 0;
    this.#begin(id);
    this.#hasDecided = true;
    this.#pending.add(id);
    this.saving++;
    this.list.replace(after);
    if (goesOn) {
      const next = this.list.nextOpen(index);
      if (next === null) this.#end();
      else this.go(next);
    }
    const written = await this.#session.attempt(async () => {
      await this.#inTurn(async () => await write(await this.#session.reviewer()));
      return true;
    });
    this.saving--;
    this.#pending.delete(id);
    if (written !== true) {
      this.#following.forgetAct(id);
      this.list.show(before);
      this.done = false;
    } else if (goesOn) await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
    await this.#following.renew([id]);
    return written === true;
  }

  async #takeBack(how: 'undo' | 'redo'): Promise<void> {
    this.#begin();
    const done = await this.#session.attempt(
      async () =>
        await this.#inTurn(
          async () => await this.#session.desk.review[how]({ reviewer: await this.#session.reviewer() }),
        ),
    );
    if (done === undefined) return;
    this.#session.announcer.say(how === 'undo' ? review.undone() : review.redone());
    this.done = false;
    const left = this.list.remaining;
    const [only] = done.items;
    if (done.items.length !== 1 || only === undefined) {
      this.#session.toasts.say(how === 'undo' ? review.undone() : review.redone());
      await this.load();
    } else {
      const entry = await this.#session.attempt(async () => await this.#following.itemOf(only));
      if (entry !== undefined) this.list.show(entry);
      await this.#following.renew([only]);
    }
    // What is to be done again was not decided, and the other way round.
    this.pace.decided = Math.max(0, this.pace.decided + left - this.list.remaining);
  }

  /** Something is about to be done. @param id message that it is about, where it is one */
  #begin(id?: number): void {
    this.#following.act(id);
    if (this.#offer !== null) this.#session.toasts.dismiss(this.#offer);
    this.#offer = null;
  }

  /** Everything is done: perhaps more has come meanwhile. */
  #end(): void {
    this.done = true;
    if (this.list.stale) void this.load();
  }

  #passes(): boolean {
    const why = this.slips.passes(performance.now());
    if (why === 'too-soon') this.#session.announcer.say(review.tooSoon());
    return why === 'yes';
  }

  /** One after the other: an undo takes back what was decided before it, not what was written before it. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}

const seenOf = ({ message }: QueueEntry) => ({ item: message.id, version: message.version });
