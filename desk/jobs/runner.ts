/**
 * Runs jobs: each is written down before it starts, and goes on when the workspace is opened again after a crash. One job
 * at a time reads exports, one uses the engine; others wait for their turn.
 */
import type { Job, Start } from '../contract/jobs.ts';
import { DeskError } from '../errors.ts';
import { systemProblem } from '../reason.ts';
import { afterChange, type JobChange, type StoredJob } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { type Pace, type Progress, Tempo } from './progress.ts';

/** What a job does with the machine: two of one kind would only slow each other down. */
export type Lane = 'reading' | 'writing' | 'engine';

export interface JobKind<S extends Start = Start, R = unknown> {
  readonly lane: Lane;
  /**
   * Does the work, from where it was. Ends early when the signal aborts, keeping what is done; then it throws.
   * @returns what came of it
   */
  run(start: S, hooks: RunHooks): Promise<R>;
}

export type JobKinds = { readonly [K in Start['kind']]: JobKind<Extract<Start, { kind: K }>> };

export interface RunHooks {
  /** when the job was asked for, milliseconds since 1970 UTC: it may have run before */
  readonly since: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

interface Live {
  readonly id: number;
  readonly start: Start;
  readonly lane: Lane;
  readonly tempo: Tempo;
  pace: Pace;
  state: 'waiting' | 'running' | 'paused';
  abort: AbortController;
  /** what it turns into once its work has ended */
  ends: 'paused' | 'cancelled' | 'waiting' | null;
  noted: number;
  told: number;
  running: Promise<void>;
}

/** How often progress is written down, and told, milliseconds. */
const NOTE_MS = 1000;
const TELL_MS = 100;
/** Jobs of the list. */
const LISTED = 200;

const UNKNOWN: Pace = { doing: '', done: 0, total: null, unit: '', rate: 0, secondsLeft: null };

export class JobRunner implements AsyncDisposable {
  readonly #store: Store;
  readonly #writer: WriterClient;
  readonly #kinds: JobKinds;
  readonly #onJob: (job: Job) => void;
  readonly #live = new Map<number, Live>();
  /** what jobs turned into and the full disk did not take: whoever waits for their end must hear of it all the same */
  readonly #unwritten = new Map<number, JobChange>();
  #closing = false;

  /** @param onJob told of every change, some times a second */
  constructor(store: Store, writer: WriterClient, kinds: JobKinds, onJob: (job: Job) => void) {
    this.#store = store;
    this.#writer = writer;
    this.#kinds = kinds;
    this.#onJob = onJob;
  }

  /** Goes on with what was broken off; what was paused stays so. */
  goOn(parse: (input: unknown) => Start | null): void {
    for (const job of this.#store.jobs.open()) {
      const start = parse(job.input);
      // Of another version of this program: it stays in the list, and nobody knows how to run it.
      if (start === null) continue;
      const live = this.#adopt(job.id, start);
      if (job.state === 'paused') live.state = 'paused';
    }
    this.#next();
  }

  /** Whether something is being done. */
  get isBusy(): boolean {
    return [...this.#live.values()].some(({ state }) => state === 'running');
  }

  /** Whether a job of this kind waits, runs, or is paused. */
  willGoOn(kind: Start['kind']): boolean {
    return [...this.#live.values()].some(({ start }) => start.kind === kind);
  }

  async start(start: Start): Promise<Job> {
    const id = await this.#writer.write('addJob', { input: start });
    this.#adopt(id, start);
    this.#next();
    return this.get(id);
  }

  /** @throws DeskError not-found */
  get(id: number): Job {
    const stored = this.#store.jobs.get(id);
    if (stored === undefined) throw missing(id);
    return this.#jobOf(stored);
  }

  /** The latest ones, newest first. */
  list(): readonly Job[] {
    return this.#store.jobs.list(LISTED).map((job) => this.#jobOf(job));
  }

  async pause(id: number): Promise<Job> {
    const live = this.#liveOf(id);
    await this.#end(live, 'paused');
    return this.get(id);
  }

  async resume(id: number): Promise<Job> {
    const live = this.#liveOf(id);
    if (live.state === 'paused') {
      live.state = 'waiting';
      await this.#note(live, { state: 'waiting', done: live.pace.done, total: live.pace.total });
      this.#next();
    }
    return this.get(id);
  }

  async cancel(id: number): Promise<Job> {
    const live = this.#liveOf(id);
    await this.#end(live, 'cancelled');
    return this.get(id);
  }

  /** Stops what runs; it goes on when the workspace is opened again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    const running = [...this.#live.values()].filter(({ state }) => state === 'running');
    for (const live of running) {
      // What is being paused or cancelled already stays so.
      live.ends ??= 'waiting';
      live.abort.abort();
    }
    await Promise.all(running.map((live) => live.running));
  }

  #adopt(id: number, start: Start): Live {
    const live: Live = {
      id,
      start,
      lane: this.#kinds[start.kind].lane,
      tempo: new Tempo(),
      pace: UNKNOWN,
      state: 'waiting',
      abort: new AbortController(),
      ends: null,
      noted: 0,
      told: 0,
      running: Promise.resolve(),
    };
    this.#live.set(id, live);
    return live;
  }

  /** Starts in each free lane the job that waits longest. */
  #next(): void {
    if (this.#closing) return;
    const live = [...this.#live.values()];
    for (const one of live) {
      if (one.state !== 'waiting' || live.some(({ lane, state }) => lane === one.lane && state === 'running')) continue;
      one.state = 'running';
      one.abort = new AbortController();
      one.ends = null;
      one.running = this.#run(one);
    }
  }

  async #run(live: Live): Promise<void> {
    const { start, abort } = live;
    await this.#note(live, { state: 'running', done: live.pace.done, total: live.pace.total });
    const since = this.#store.jobs.get(live.id)?.createdAt ?? Date.now();
    const hooks: RunHooks = { since, signal: abort.signal, onProgress: (progress) => this.#progress(live, progress) };
    // The kinds take just the starts of their own name.
    const kind = this.#kinds[start.kind] as JobKind;
    let end: JobChange;
    try {
      const report = await kind.run(start, hooks);
      end = { state: 'done', done: live.pace.total ?? live.pace.done, total: live.pace.total, report };
    } catch (error) {
      const { done, total } = live.pace;
      const state = abort.signal.aborted ? (live.ends ?? 'cancelled') : 'failed';
      end = { state, done, total, ...(state === 'failed' && { problem: problemOf(error) }) };
    }
    if (end.state === 'paused' || end.state === 'waiting') live.state = end.state;
    else this.#live.delete(live.id);
    await this.#note(live, end);
    this.#next();
  }

  #progress(live: Live, progress: Progress): void {
    const now = performance.now();
    live.pace = live.tempo.pace(progress, now);
    if (now - live.told > TELL_MS) {
      live.told = now;
      this.#onJob(this.get(live.id));
    }
    if (now - live.noted < NOTE_MS) return;
    live.noted = now;
    const { done, total } = progress;
    // Only for the list after a crash: nothing depends on it.
    this.#writer.write('noteJob', { id: live.id, done, total }, { urgent: false }).catch(() => {});
  }

  /** Ends a job's work, or takes it out of the row of those that wait. */
  async #end(live: Live, state: 'paused' | 'cancelled'): Promise<void> {
    if (live.state === 'running') {
      live.ends = state;
      live.abort.abort();
      await live.running;
      return;
    }
    if (state === 'paused') live.state = 'paused';
    else this.#live.delete(live.id);
    await this.#note(live, { state, done: live.pace.done, total: live.pace.total });
  }

  /** What goes wrong here is that the workspace cannot be written: then the job is as it was when it is opened again. */
  async #note(live: Live, change: JobChange): Promise<void> {
    live.noted = performance.now();
    await this.#writer.write('changeJob', { id: live.id, change }).then(
      () => this.#unwritten.delete(live.id),
      () => this.#unwritten.set(live.id, change),
    );
    this.#onJob(this.get(live.id));
  }

  #liveOf(id: number): Live {
    const live = this.#live.get(id);
    if (live !== undefined) return live;
    if (this.#store.jobs.get(id) === undefined) throw missing(id);
    throw new DeskError('nothing-to-do', `Job ${id} is over.`, 'Start it anew if you want it done again.');
  }

  #jobOf(stored: StoredJob): Job {
    const live = this.#live.get(stored.id);
    const unwritten = this.#unwritten.get(stored.id);
    const { input, ...job } = unwritten === undefined ? stored : afterChange(stored, unwritten);
    const kind = (input as Start).kind;
    if (live === undefined)
      return { ...UNKNOWN, ...job, kind, doing: '', unit: '', rate: 0, secondsLeft: null, training: null };
    return { ...job, kind, ...live.pace, training: live.pace.training ?? null, state: live.state };
  }
}

function problemOf(error: unknown): { message: string; remedy: string } {
  if (!(error instanceof Error)) return { message: String(error), remedy: '' };
  if ('remedy' in error) return { message: error.message, remedy: String(error.remedy) };
  return systemProblem(error) ?? { message: error.message, remedy: '' };
}

const missing = (id: number): DeskError =>
  new DeskError('not-found', `There is no job number ${id}.`, 'List the jobs and choose one of them.');
