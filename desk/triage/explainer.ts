/** Why the messages of the queue have their scores: kept for as long as model and text stay the same. */
import { nearest } from '../../engine/explain/neighbours.ts';
import type { EngineSession } from '../engine/session.ts';
import type { Places } from '../models/places.ts';
import type { Item } from '../store/items.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import { explainText, type ExplainedText } from './explain.ts';
import type { Judge } from './verdict.ts';

export interface Alike {
  readonly item: number;
  readonly labels: readonly number[];
  /** of the pooled states, −1 … 1 */
  readonly cosine: number;
}

export interface ItemExplanation extends ExplainedText {
  readonly revision: number;
  /** decided messages that the model reads most alike, nearest first */
  readonly alike: readonly Alike[];
}

/** Explanations and states that are kept; the oldest go first. */
const KEPT = 2_000;
/** Decided messages that are compared with, the latest ones. */
const COMPARED = 2_000;
const NEIGHBOURS = 3;
/** Of those, what one explanation reads: whoever waits for it does so for a second or two, and the next ones find more. */
const MOST_READ = 256;
/** What was read is kept when somebody goes on, and the message after that waits for no more than this. */
const READ_TOGETHER = 32;
/** What one explanation reads: a quarter of a second of two cores with the larger model that comes along. */
export const MOST_TOKENS = 1_000;

export class Explainer implements AsyncDisposable {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #places: Places;
  readonly #kept = new Kept<ExplainedText>();
  readonly #states = new Kept<Float32Array>();
  #open: {
    readonly revision: number;
    readonly layout: string | null;
    readonly judge: Judge;
    readonly session: Promise<EngineSession>;
  } | null = null;

  constructor(store: Store, supervisor: Supervisor, places: Places) {
    this.#store = store;
    this.#supervisor = supervisor;
    this.#places = places;
  }

  /**
   * @param revision of the scores that are explained
   * @throws DeskError, ModelFileError, EngineCallError (`cancelled` when aborted), EngineFailed
   */
  async explain(revision: Revision, item: Item, signal?: AbortSignal): Promise<ItemExplanation> {
    const { judge, session } = await this.#sessionOf(revision);
    const key = nameOf(revision, item.id, item.version);
    const explained =
      this.#kept.get(key) ?? (await explainText(session, judge, item.text, { mostTokens: MOST_TOKENS, signal }));
    this.#kept.set(key, explained);
    return { ...explained, revision: revision.id, alike: await this.#alike(revision, session, item, signal) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#open;
    this.#open = null;
    const session = await open?.session.catch(() => undefined);
    await session?.[Symbol.asyncDispose]();
  }

  async #sessionOf(revision: Revision): Promise<{ readonly judge: Judge; readonly session: EngineSession }> {
    // A desk that explains nothing yet is there sooner without them.
    const { openModel } = await import('./scoring.ts');
    const { storedModel } = await import('./stored-model.ts');
    // Effects are differences of scores, so they come from the scores' own weight layout.
    const layout = this.#store.revisions.layout(revision.id);
    if (this.#open?.revision !== revision.id || this.#open.layout !== layout) {
      await this[Symbol.asyncDispose]();
      const chosen = storedModel(this.#store, this.#places, revision);
      const session = openModel(this.#supervisor, this.#places, chosen, { deterministic: false, layout });
      session.catch(() => (this.#open = null));
      this.#open = { revision: revision.id, layout, judge: chosen.adapter, session };
    }
    return { judge: this.#open.judge, session: await this.#open.session };
  }

  async #alike(
    revision: Revision,
    session: EngineSession,
    item: Item,
    signal: AbortSignal | undefined,
  ): Promise<readonly Alike[]> {
    const decided = this.#store.reviews.latest(COMPARED).filter(({ item: id }) => id !== item.id);
    const unread = decided.filter(
      ({ item: id, version }) => this.#states.get(nameOf(revision, id, version)) === undefined,
    );
    await this.#read(revision, session, [item], signal);
    for (let at = 0; at < Math.min(unread.length, MOST_READ); at += READ_TOGETHER) {
      const some = unread.slice(at, at + READ_TOGETHER).flatMap(({ item: id }) => this.#store.items.get(id) ?? []);
      await this.#read(revision, session, some, signal);
    }
    const stateOf = (id: number, version: number): Float32Array =>
      this.#states.get(nameOf(revision, id, version)) ?? NONE;
    const own = stateOf(item.id, item.version);
    if (own.length === 0) return [];
    const readable = decided.flatMap((one) => {
      const state = stateOf(one.item, one.version);
      return state.length === 0 ? [] : [{ ...one, state }];
    });
    const states = readable.map(({ state }) => state);
    return nearest(own, states, NEIGHBOURS).flatMap(({ row, cosine }) => {
      const found = readable[row];
      return found === undefined ? [] : [{ item: found.item, labels: found.labels, cosine }];
    });
  }

  /** Has the pooled states of some messages, of which those that were read before are not read again. */
  async #read(
    revision: Revision,
    session: EngineSession,
    items: readonly Item[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const missing = items.filter(({ id, version }) => this.#states.get(nameOf(revision, id, version)) === undefined);
    const texts = missing.filter(({ text }) => text.trim() !== '');
    const named = texts.map(({ id, text }) => ({ key: String(id), text }));
    const { states, read } = named.length === 0 ? { states: NONE, read: [] } : await session.embed(named, { signal });
    const { width } = session.info;
    for (const item of missing) {
      const place = texts.indexOf(item);
      const state = read[place] === true ? states.slice(place * width, (place + 1) * width) : NONE;
      this.#states.set(nameOf(revision, item.id, item.version), state);
    }
  }
}

/** The state of what cannot be read: it is not tried again. */
const NONE = new Float32Array();

const nameOf = ({ id }: Revision, item: number, version: number): string => `${id} ${item} ${version}`;

/** A few things by name; the oldest go when there are too many. */
class Kept<T> {
  readonly #map = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#map.get(key);
  }

  set(key: string, value: T): void {
    this.#map.delete(key);
    this.#map.set(key, value);
    const [oldest] = this.#map.keys();
    if (this.#map.size > 2 * KEPT && oldest !== undefined) this.#map.delete(oldest);
  }
}
