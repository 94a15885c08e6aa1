/** Why the messages of the queue have their scores: kept for as long as model and text stay the same. */
import { nearest } from '../../engine/explain/neighbours.ts';
import type { EngineSession } from '../engine/session.ts';
import type { Places } from '../models/places.ts';
import type { Item } from '../store/items.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import { explainText, type ExplainedText } from './explain.ts';
import { openModel } from './scoring.ts';
import { storedModel } from './stored-model.ts';
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
/** A quarter of a second of two cores with the larger model that comes along. */
const MOST_TOKENS = 1_000;

export class Explainer implements AsyncDisposable {
  readonly #store: Store;
  readonly #supervisor: Supervisor;
  readonly #places: Places;
  readonly #kept = new Kept<ExplainedText>();
  readonly #states = new Kept<Float32Array>();
  #open: { readonly revision: Revision; readonly judge: Judge; readonly session: Promise<EngineSession> } | null = null;

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
    const key = `${revision.id} ${item.id} ${item.version}`;
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
    // Effects are differences of scores, so they come from the scores' own weight layout.
    if (this.#open?.revision.id !== revision.id || this.#open.revision.layout !== revision.layout) {
      await this[Symbol.asyncDispose]();
      const chosen = storedModel(this.#store, this.#places, revision);
      const session = openModel(this.#supervisor, this.#places, chosen, {
        deterministic: false,
        layout: revision.layout,
      });
      session.catch(() => (this.#open = null));
      this.#open = { revision, judge: chosen.adapter, session };
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
    const others = decided
      .flatMap(({ item: id }) => this.#store.items.get(id) ?? [])
      .filter(({ text }) => text.trim() !== '');
    const states = await this.#statesOf(revision, session, [item, ...others], signal);
    const [own, ...rest] = states;
    if (!own) return [];
    const readable = others.flatMap((other, i) => (rest[i] ? [{ other, state: rest[i] }] : []));
    const packed = new Float32Array(readable.length * own.length);
    readable.forEach(({ state }, i) => packed.set(state, i * own.length));
    return nearest(own, packed, NEIGHBOURS).flatMap(({ row, cosine }) => {
      const found = readable[row]?.other;
      const labels = decided.find(({ item: id }) => id === found?.id)?.labels;
      return found && labels ? [{ item: found.id, labels, cosine }] : [];
    });
  }

  /** Pooled states; null where the model cannot read a text. What was read before is not read again. */
  async #statesOf(
    revision: Revision,
    session: EngineSession,
    items: readonly Item[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Float32Array | null)[]> {
    const keyOf = ({ id, version }: Item): string => `${revision.id} ${id} ${version}`;
    const missing = items.filter((item) => this.#states.get(keyOf(item)) === undefined);
    if (missing.length > 0) {
      const texts = missing.map(({ id, text }) => ({ key: String(id), text }));
      const { states, read } = await session.embed(texts, { signal });
      const { width } = session.info;
      missing.forEach((item, i) => {
        // One that cannot be read is kept as an empty state, so that it is not tried again.
        const state = read[i] === true ? states.slice(i * width, (i + 1) * width) : new Float32Array();
        this.#states.set(keyOf(item), state);
      });
    }
    return items.map((item) => {
      const state = this.#states.get(keyOf(item));
      return state === undefined || state.length === 0 ? null : state;
    });
  }
}

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
