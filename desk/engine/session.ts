/**
 * A model that the desk has open. The handle outlives the engine: when the engine dies, the supervisor opens the same
 * model in the next one, and the call in hand is repeated.
 */
import { MAX_ITEMS } from '../../engine/contract.ts';
import type { CallInput, CallOutput, Item, ItemScore, Progress, SessionInfo } from '../../engine/contract.ts';
import { EngineDied } from './errors.ts';
import { inOrder } from './in-order.ts';

/** What became of an item; `engine-failed`: the engine dies on it, on the CPU too. */
export type Scored =
  ItemScore | { readonly key: string; readonly status: 'not-read'; readonly reason: 'engine-failed' };

export interface Embedded {
  /** pooled states: (width, items), row after row; zeros where not read */
  readonly states: Float32Array;
  readonly read: readonly boolean[];
}

/** `onProgress` counts items, over the whole call; it never falls back, not even when the engine is restarted. */
export interface ItemHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

export type SessionCall = 'score' | 'embed' | 'explain' | 'train';
export type WithoutSession<N extends SessionCall> = Omit<CallInput<N>, 'session'>;

export interface RunHooks<N extends SessionCall> {
  readonly signal?: AbortSignal | undefined;
  readonly finish?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly check?: ((output: CallOutput<N>, info: SessionInfo) => string | undefined) | undefined;
}

/** One piece of work under the supervisor's restart policy: its parts share one memory of what died. */
export interface Attempt extends Disposable {
  /** Throws EngineDied when the policy is exhausted: the caller may try less of it, with `last` for no second try. */
  run<N extends SessionCall>(
    name: N,
    input: WithoutSession<N>,
    hooks: RunHooks<N>,
    last?: boolean,
  ): Promise<CallOutput<N>>;
}

/** What a session needs from its supervisor. */
export interface SessionOwner {
  attempt(): Attempt;
  info(): SessionInfo;
  itemFailed(key: string, death: EngineDied): void;
  /** The error for a call that cannot be divided any further. */
  failed(what: string, death: EngineDied): Error;
  release(): Promise<void>;
}

/** Calls in flight: while one is computed, the next waits in the engine, so that it never idles. */
const IN_FLIGHT = 2;
/** UTF-16 units in one call, at most (unless one text alone is longer). */
const MAX_CHARACTERS = 4 * 1024 * 1024;

export class EngineSession implements AsyncDisposable {
  readonly #owner: SessionOwner;
  readonly #batchItems: number;

  /** Made by `Supervisor.open`. `batchItems`: items of one call, which is what a death of the engine costs. */
  constructor(owner: SessionOwner, batchItems: number) {
    this.#owner = owner;
    this.#batchItems = Math.min(batchItems, MAX_ITEMS);
  }

  /** What the engine chose; after a restart it may have moved to the CPU. */
  get info(): SessionInfo {
    return this.#owner.info();
  }

  /** Scores items, any number: one result each, in order. Throws EngineCallError (`cancelled` on abort), EngineFailed. */
  async score(items: readonly Item[], hooks: ItemHooks = {}): Promise<Scored[]> {
    const all: Scored[] = [];
    for await (const scored of this.scoreAll(once(items), hooks)) all.push(...scored);
    return all;
  }

  /**
   * Scores a stream: one array of results per array of items, in order, at constant memory.
   * Throws like `score`, and what the stream throws.
   */
  async *scoreAll(
    batches: AsyncIterable<readonly Item[]>,
    hooks: ItemHooks = {},
  ): AsyncGenerator<Scored[], void, void> {
    const tally = new Tally(hooks.onProgress);
    const work = async (piece: Piece, signal: AbortSignal): Promise<readonly Scored[]> => {
      const part = tally.part();
      const scored = await this.#scorePiece(piece.items, signal, (done) => part(done));
      part(piece.items.length);
      return scored;
    };
    let batch: Scored[] = [];
    const pieces = inOrder(this.#pieces(batches), withPiece(work), IN_FLIGHT, hooks.signal);
    for await (const { piece, result } of pieces) {
      batch.push(...result);
      if (!piece.last) continue;
      yield batch;
      batch = [];
    }
  }

  /** Pooled states of items, any number. Throws like `score`. */
  async embed(items: readonly Item[], hooks: ItemHooks = {}): Promise<Embedded> {
    const { width } = this.info;
    const tally = new Tally(hooks.onProgress);
    const states = new Float32Array(items.length * width);
    const read: boolean[] = [];
    const work = async (piece: Piece, signal: AbortSignal): Promise<readonly (Float32Array | null)[]> => {
      const part = tally.part();
      const rows = await this.#embedPiece(piece.items, signal, (done) => part(done));
      part(piece.items.length);
      return rows;
    };
    for await (const rows of inOrder(this.#pieces(once(items)), work, IN_FLIGHT, hooks.signal)) {
      for (const row of rows) {
        if (row !== null) states.set(row, read.length * width);
        read.push(row !== null);
      }
    }
    return { states, read };
  }

  /** Trains an adapter on this session's model; `finish` ends it with the best so far. Throws like `score`. */
  async train(
    input: WithoutSession<'train'>,
    hooks: Omit<RunHooks<'train'>, 'check'> = {},
  ): Promise<CallOutput<'train'>> {
    using attempt = this.#owner.attempt();
    try {
      return await attempt.run('train', input, hooks);
    } catch (error) {
      throw error instanceof EngineDied ? this.#owner.failed('Training could not be finished', error) : error;
    }
  }

  /** Why a text has its score. Throws like `score`. */
  async explain(
    input: Omit<CallInput<'explain'>, 'session'>,
    hooks: Omit<RunHooks<'explain'>, 'check' | 'finish'> = {},
  ): Promise<CallOutput<'explain'>> {
    using attempt = this.#owner.attempt();
    try {
      return await attempt.run('explain', input, hooks);
    } catch (error) {
      throw error instanceof EngineDied ? this.#owner.failed('The text could not be explained', error) : error;
    }
  }

  /** Gives the model's memory back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owner.release();
  }

  async #scorePiece(items: readonly Item[], signal: AbortSignal, onDone: (done: number) => void): Promise<Scored[]> {
    using attempt = this.#owner.attempt();
    const hooks = (part: readonly Item[]): RunHooks<'score'> => ({
      signal,
      onProgress: (progress) => onDone(progress.done),
      check: (scores, info) => mismatch(part, scores, info.labels.length),
    });
    // Awaited here: the attempt is let go when its last part is done, not before.
    return await this.#isolate(
      items,
      async (part, last) => [...(await attempt.run('score', { items: part }, hooks(part), last))],
      ({ key }): Scored => ({ key, status: 'not-read', reason: 'engine-failed' }),
    );
  }

  async #embedPiece(
    items: readonly Item[],
    signal: AbortSignal,
    onDone: (done: number) => void,
  ): Promise<(Float32Array | null)[]> {
    using attempt = this.#owner.attempt();
    const { width } = this.info;
    const hooks = (part: readonly Item[]): RunHooks<'embed'> => ({
      signal,
      onProgress: (progress) => onDone(progress.done),
      check: ({ states, read }) =>
        read.length === part.length && states.length === part.length * width
          ? undefined
          : `${states.length} numbers for ${part.length} items`,
    });
    return await this.#isolate(
      items,
      async (part, last) => {
        const { states, read } = await attempt.run('embed', { items: part }, hooks(part), last);
        return read.map((ok, row) => (ok ? states.subarray(row * width, (row + 1) * width) : null));
      },
      () => null,
    );
  }

  /** Halves a batch on which the engine died until the one item is found that kills it; the rest is done. */
  async #isolate<R>(
    items: readonly Item[],
    run: (part: readonly Item[], last: boolean) => Promise<R[]>,
    failed: (item: Item) => R,
    inside = false,
  ): Promise<R[]> {
    if (items.length === 0) return [];
    try {
      return await run(items, inside);
    } catch (error) {
      if (!(error instanceof EngineDied)) throw error;
      const [only] = items;
      if (items.length === 1 && only !== undefined) {
        this.#owner.itemFailed(only.key, error);
        return [failed(only)];
      }
    }
    const half = items.length >> 1;
    const first = await this.#isolate(items.slice(0, half), run, failed, true);
    return first.concat(await this.#isolate(items.slice(half), run, failed, true));
  }

  async *#pieces(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<Piece, void, void> {
    for await (const batch of batches) {
      let piece: Item[] = [];
      let characters = 0;
      for (const item of batch) {
        if (piece.length === this.#batchItems || (piece.length > 0 && characters + item.text.length > MAX_CHARACTERS)) {
          yield { items: piece, last: false };
          piece = [];
          characters = 0;
        }
        piece.push(item);
        characters += item.text.length;
      }
      yield { items: piece, last: true };
    }
  }
}

/** What one call carries; `last`: the end of an array that the caller gave. */
interface Piece {
  readonly items: readonly Item[];
  readonly last: boolean;
}

function withPiece<R>(
  work: (piece: Piece, signal: AbortSignal) => Promise<R>,
): (piece: Piece, signal: AbortSignal) => Promise<{ piece: Piece; result: R }> {
  return async (piece, signal) => ({ piece, result: await work(piece, signal) });
}

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield await Promise.resolve(value);
}

function mismatch(items: readonly Item[], scores: readonly ItemScore[], labels: number): string | undefined {
  if (scores.length !== items.length) return `${scores.length} results for ${items.length} items`;
  for (const [row, score] of scores.entries()) {
    if (score.key !== items[row]?.key) return `result ${row} is for another item`;
    if (score.status === 'scored' && score.probabilities.length !== labels) {
      return `${score.probabilities.length} probabilities for ${labels} labels`;
    }
  }
  return undefined;
}

/** Adds up the progress of parts that run side by side; a part that starts anew does not take its count back. */
class Tally {
  readonly #report: ((done: number) => void) | undefined;
  #done = 0;

  constructor(report: ((done: number) => void) | undefined) {
    this.#report = report;
  }

  part(): (done: number) => void {
    let mine = 0;
    return (done) => {
      if (done <= mine) return;
      this.#done += done - mine;
      mine = done;
      this.#report?.(this.#done);
    };
  }
}
