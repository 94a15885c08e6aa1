/** Reads the messages of a workspace with one revision of a model and stores what it says of them. */
import type { Adapter } from '../../engine/adapter/adapter.ts';
import { setImmediate } from 'node:timers/promises';
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import type { EngineSession } from '../engine/session.ts';
import type { ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { UnscoredItem } from '../store/items.ts';
import type { NewRevision, Revision } from '../store/revisions.ts';
import { queueScore, type ItemResult, type Run } from '../store/scores.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import type { WriterClient } from '../writer/client.ts';
import { isForeign } from './foreign.ts';
import type { Leader } from './leading.ts';
import { higherOf, respelledAmong } from './respelled.ts';

export interface OpenModelOptions {
  readonly deterministic: boolean;
  /** exit depth; it must be that of the adapter */
  readonly depth?: number;
  /** weight layout of the scores so far; null: none yet */
  readonly layout?: string | null;
}

/** Opens the chosen model in the engine. Throws like `Supervisor.open`. */
export async function openModel(
  supervisor: Supervisor,
  places: Places,
  { base, adapterBytes }: ChosenModel,
  { deterministic, depth, layout = null }: OpenModelOptions,
  signal?: AbortSignal,
): Promise<EngineSession> {
  const { calibrationFile } = places;
  return await supervisor.open(
    {
      base,
      adapter: adapterBytes,
      backend: 'auto',
      deterministic,
      calibrationFile,
      ...(depth !== undefined && { depth }),
      ...(layout !== null && { pinnedLayout: layout }),
    },
    { ...(signal && { signal }) },
  );
}

/** The revision under which scores of this model are stored; the same model has the same one again. */
export function newRevisionOf({ adapter, adapterBytes }: ChosenModel): NewRevision {
  const { name, base, exitDepth, labels, neutralLabel, languages, training } = adapter;
  return {
    name,
    base: { name: base.name, sha256: base.sha256 },
    adapter: adapterBytes,
    depth: exitDepth,
    labels,
    fineLabel: neutralLabel === null ? null : labels.indexOf(neutralLabel),
    languages,
    report: training,
  };
}

export interface Copy {
  readonly id: number;
  readonly version: number;
}

export interface ScoringHooks {
  readonly signal?: AbortSignal | undefined;
  /** messages of this call that are done */
  readonly onProgress?: (done: number) => void;
  /** items that share the text of one, and get the same result */
  readonly copiesOf?: (item: number) => readonly Copy[];
  /** the chance of messages that a recall target set aside, and that are read for the audit sample alone */
  readonly aside?: number;
  /** after each page: the items that were scored or given up, the scores, and how many of this call are done by then */
  readonly onScored?: (items: readonly number[], scores: readonly Leader[], done: number) => void;
}

/** Messages of one page; a page is stored as a whole, and is what a stop or a crash costs. */
const PAGE = 512;
/** Ids that are looked at at once for messages without a score: some ten milliseconds where all of them have one. */
export const LOOKED_AT = 20_000;
/** The same, for each message that is drawn. */
const LOOKED_AT_EACH = 500;

/** What is read, and the one who writes. */
export interface ScoringTarget {
  readonly store: Store;
  readonly writer: WriterClient;
}

export interface HowToRead {
  /** also messages in languages that the adapter was not measured on */
  readonly anyLanguage: boolean;
  /** also with their spelling undone, where that differs; the higher score counts */
  readonly spellings: boolean;
}

export class WorkspaceScoring {
  readonly #store: Store;
  readonly #writer: WriterClient;
  readonly #session: EngineSession;
  readonly #adapter: Adapter;
  readonly #revision: Revision;
  readonly #how: HowToRead;
  readonly #run: Run;
  /** messages that the model has read: those that got the score of a copy are not among them */
  read = 0;

  private constructor(into: ScoringTarget, session: EngineSession, adapter: Adapter, run: Run, how: HowToRead) {
    this.#store = into.store;
    this.#writer = into.writer;
    this.#session = session;
    this.#adapter = adapter;
    this.#revision = run.revision;
    this.#how = how;
    this.#run = run;
  }

  static async start(
    into: ScoringTarget,
    session: EngineSession,
    adapter: Adapter,
    revision: Revision,
    how: HowToRead,
  ): Promise<WorkspaceScoring> {
    const { backend, layout, threads } = session.info;
    const run = await into.writer.write('startRun', { revision, backend, layout, threads }, { urgent: false });
    return new WorkspaceScoring(into, session, adapter, run, how);
  }

  /**
   * Scores messages drawn at random among those that have no score yet, at most `size`, and gives how many were done.
   * The draw is the same each time for the same workspace.
   */
  async sample(size: number, hooks: ScoringHooks = {}): Promise<number> {
    const items = drawUnscored(this.#store, this.#revision.id, size);
    return await this.#score(once(items), hooks);
  }

  /** Scores those of some messages that have no score yet, in their order, and gives how many were done. */
  async these(ids: Uint32Array, hooks: ScoringHooks = {}): Promise<number> {
    const store = this.#store;
    const revision = this.#revision.id;
    const pages = (async function* (): AsyncGenerator<readonly UnscoredItem[], void, void> {
      for (let at = 0; at < ids.length; at += PAGE) {
        const page = store.items.unscoredAmong(revision, [...ids.subarray(at, at + PAGE)]);
        if (page.length > 0) yield await Promise.resolve(page);
      }
    })();
    return await this.#score(pages, hooks);
  }

  /** Scores everything that has no score yet, in the order of the import, and gives how many were done. */
  async rest(hooks: ScoringHooks = {}): Promise<number> {
    return await this.#score(this.#pages(), hooks);
  }

  /** Notes why some messages are not read. @param onItems after each page */
  async giveUp(
    items: readonly Copy[],
    reason: 'language' | 'set-aside',
    { signal, onItems }: { readonly signal: AbortSignal; readonly onItems: (items: readonly number[]) => void },
  ): Promise<void> {
    for (let at = 0; at < items.length; at += PAGE) {
      signal.throwIfAborted();
      const results = items.slice(at, at + PAGE).map(({ id, version }) => notRead(id, version, reason));
      await this.#writer.write('writeScores', { run: this.#run, results }, { urgent: false });
      onItems(results.map(({ item }) => item));
    }
  }

  /** What was read for the audit sample alone waits again, as all does that was set aside. @param onItems told of it */
  async forgetAside(onItems: (items: readonly number[]) => void): Promise<void> {
    onItems(await this.#writer.write('forgetAside', { revision: this.#revision.id }, { urgent: false }));
  }

  /** Nothing is set aside any more. */
  async takeInAside(): Promise<void> {
    await this.#writer.write('takeInAside', { revision: this.#revision.id }, { urgent: false });
  }

  /** Whether a message is not read because of its language. */
  isForeign({ language }: { readonly language: string }): boolean {
    return !this.#how.anyLanguage && isForeign(this.#adapter, language);
  }

  /** Pages of messages without a score. A page in flight is not given again: each begins behind the one before. */
  async *#pages(): AsyncGenerator<readonly UnscoredItem[], void, void> {
    const { items } = this.#store;
    for (let after = 0; after < items.lastId;) {
      const upTo = after + LOOKED_AT;
      const page = items.unscored(this.#revision.id, after, PAGE, upTo);
      if (page.length > 0) yield page;
      // Others who ask the desk something have their turn.
      else await setImmediate();
      after = (page.length < PAGE ? undefined : page.at(-1)?.id) ?? upTo;
    }
  }

  /** Stores each page as soon as it is scored, so that a job that is stopped keeps what was done. */
  async #score(pages: AsyncIterable<readonly UnscoredItem[]>, hooks: ScoringHooks): Promise<number> {
    const waiting: {
      readonly read: readonly UnscoredItem[];
      readonly foreign: readonly UnscoredItem[];
      readonly respelled: readonly number[];
    }[] = [];
    const isForeignItem = (item: UnscoredItem): boolean => this.isForeign(item);
    const { spellings } = this.#how;
    async function* texts(): AsyncGenerator<readonly { key: string; text: string }[], void, void> {
      for await (const page of pages) {
        const read = page.filter((item) => !isForeignItem(item));
        const respelled = spellings ? respelledAmong(read) : [];
        waiting.push({ read, foreign: page.filter(isForeignItem), respelled: respelled.map(([place]) => place) });
        yield [
          ...read.map(({ id, text }) => ({ key: String(id), text })),
          ...respelled.map(([place, text]) => ({ key: `${read[place]?.id ?? 0} respelled`, text })),
        ];
      }
    }
    let done = 0;
    let foreignDone = 0;
    const onProgress = (read: number): void => hooks.onProgress?.(read + foreignDone);
    for await (const all of this.#session.scoreAll(texts(), { signal: hooks.signal, onProgress })) {
      const page = waiting.shift();
      if (page === undefined) throw new Error('the engine gave more results than it was given pages');
      const scored = higherOf(this.#revision, all, page.read.length, page.respelled);
      const results: ItemResult[] = page.foreign.map(({ id, version }) => notRead(id, version, 'language'));
      const scores: Leader[] = [];
      let read = 0;
      scored.forEach((result, i) => {
        const item = page.read[i];
        if (item === undefined) return;
        read++;
        if (result.status === 'scored') this.read++;
        for (const { id, version } of [item, ...(hooks.copiesOf?.(item.id) ?? [])]) {
          if (result.status === 'scored') {
            const { probabilities } = result;
            results.push({ item: id, version, status: 'scored', probabilities });
            scores.push({ item: id, score: queueScore(this.#revision, probabilities) });
          } else if (result.reason !== 'empty') results.push(notRead(id, version, result.reason));
          // The import counts short blanks as empty; this is a long text of nothing but spaces.
          else results.push(notRead(id, version, 'engine-failed'));
        }
      });
      const { aside = null } = hooks;
      await this.#writer.write('writeScores', { run: this.#run, results, aside }, { urgent: false });
      foreignDone += page.foreign.length;
      done += read + page.foreign.length;
      hooks.onScored?.(
        results.map(({ item }) => item),
        scores,
        done,
      );
    }
    return done;
  }
}

const notRead = (
  item: number,
  version: number,
  reason: 'over-long' | 'language' | 'engine-failed' | 'set-aside',
): Extract<ItemResult, { status: 'not-read' }> => ({ item, version, status: 'not-read', reason });

/**
 * At most `size` messages without a score, drawn by random places among the ids: a million cost what a thousand do. What waits is
 * what came last: an import, or what a job had not come to.
 */
export function drawUnscored(store: Store, revision: number, size: number): readonly UnscoredItem[] {
  const { items, counts } = store;
  const last = items.lastId;
  const { waiting } = counts.revision(revision);
  if (waiting <= size) return items.unscored(revision, Math.max(0, last - LOOKED_AT), size);
  const random = seededRandom(Object.values(counts.kinds()).reduce((sum, n) => sum + n, 0));
  const drawn = new Map<number, UnscoredItem>();
  const from = Math.max(0, last - 2 * waiting);
  for (let tries = 0; tries < size * 2 && drawn.size < size; tries++) {
    const after = from + Math.floor(random() * (last - from));
    const [item] = items.unscored(revision, after, 1, after + LOOKED_AT_EACH);
    if (item !== undefined) drawn.set(item.id, item);
  }
  return shuffle([...drawn.values()], random);
}

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield await Promise.resolve(value);
}
