/**
 * The engine's message loop: checks what arrives, runs one call at a time in the order of arrival, and answers every
 * call exactly once. It computes nothing itself: the numbers come from the `EngineWork` it is given, which must not
 * block the event loop for long; then cancel, progress and heartbeat always get through.
 */
import { CONTRACT, HEARTBEAT_MS, MAX_QUEUE, ToEngine, calls, whatIsWrong } from '../contract.ts';
import type {
  BackendCheck,
  CallInput,
  CallName,
  CallOutput,
  FromEngine,
  Heartbeat,
  Item,
  ItemScore,
  SessionInfo,
} from '../contract.ts';
import { z } from 'zod';
import { EngineError, cancelled, describeError } from './errors.ts';
import type { Transport } from './transport.ts';

/** Handed to every piece of work: `signal` aborts when the desk cancels, `onProgress` tells how far it is. */
export interface WorkHooks {
  readonly signal: AbortSignal;
  /** aborted when the desk wants the best that there is so far */
  readonly finish: AbortSignal;
  readonly onProgress: (
    done: number,
    total?: number,
    unit?: string,
    figures?: Readonly<Record<string, number>>,
    note?: string,
  ) => void;
}

/** A model that was opened. Disposing of it frees all that it owns on the native side. */
export interface WorkSession extends AsyncDisposable {
  readonly info: SessionInfo;
  score(items: readonly Item[], hooks: WorkHooks): Promise<readonly ItemScore[]>;
  embed(items: readonly Item[], hooks: WorkHooks): Promise<{ states: Float32Array; read: readonly boolean[] }>;
}

/** The numeric side, as the loop sees it. */
export interface EngineWork<S extends WorkSession> {
  open(input: CallInput<'open'>, hooks: WorkHooks): Promise<S>;
  explain(session: S, input: CallInput<'explain'>, hooks: WorkHooks): Promise<CallOutput<'explain'>>;
  /** The report is any record that is JSON; the desk's schema sees to that. */
  train(session: S, input: CallInput<'train'>, hooks: WorkHooks): Promise<{ adapter: Uint8Array; report: object }>;
  verifyBackends(input: CallInput<'verifyBackends'>, hooks: WorkHooks): Promise<readonly BackendCheck[]>;
}

/** A cancelled call is answered this long after the cancel even if its work has not wound down yet, milliseconds. */
const CANCEL_GRACE_MS = 500;
/** Native work gets this long to end before the process stops around it, milliseconds. */
const STOP_GRACE_MS = 1500;
const PROGRESS_EVERY_MS = 200;

interface Job {
  readonly id: number;
  readonly name: CallName;
  readonly phase: 'load' | 'job';
  readonly abort: AbortController;
  readonly finish: AbortController;
  readonly perform: (hooks: WorkHooks) => Promise<unknown>;
  /** undoes what was made for a caller that is gone */
  readonly discard: (output: unknown) => Promise<void>;
  answered: boolean;
}

export class EngineServer<S extends WorkSession> {
  readonly #transport: Transport;
  readonly #work: EngineWork<S>;
  readonly #exit: (code: number) => void;
  readonly #sessions = new Map<number, S>();
  readonly #queue: Job[] = [];
  #running: Job | undefined;
  #movedAt = 0;
  #nextSession = 1;
  #stopping = false;

  /** `exit` ends the process after a `stop`: with 0 when all is disposed of, with 1 when native work did not end in time. */
  constructor(transport: Transport, work: EngineWork<S>, exit: (code: number) => void) {
    this.#transport = transport;
    this.#work = work;
    this.#exit = exit;
  }

  /** Says hello and serves until told to stop. */
  start(): void {
    this.#transport.onMessage((message) => this.#receive(message));
    this.#send({ kind: 'hello', contract: CONTRACT, pid: process.pid });
    this.#beat();
    // The wire keeps the process alive, not the heart.
    setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  #send(message: FromEngine): void {
    this.#transport.send(message);
  }

  #beat(): void {
    const job = this.#running;
    const beat: Heartbeat = {
      kind: 'heartbeat',
      rss: process.memoryUsage.rss(),
      busy: job?.id ?? null,
      phase: job?.phase ?? 'idle',
      stalled: job === undefined ? 0 : (performance.now() - this.#movedAt) / 1000,
    };
    this.#send(beat);
  }

  #receive(message: unknown): void {
    const parsed = ToEngine.safeParse(message);
    if (!parsed.success) return this.#refuse(idOf(message), parsed.error);
    const received = parsed.data;
    switch (received.kind) {
      case 'cancel':
        return this.#cancel(received.id);
      case 'finish':
        // Anything but the running job has nothing yet to finish with, or was answered a moment ago.
        if (this.#running?.id === received.id) this.#running.finish.abort();
        return;
      case 'stop':
        return void this.#stop();
      case 'call':
        return this.#accept(received.id, received.name, received.input);
    }
  }

  #refuse(id: number | null, error: z.ZodError): void {
    const body = new EngineError(
      'bad-message',
      `The engine refused a message: ${whatIsWrong(error)}.`,
      'Desk and engine do not fit together; install Moderato again. If that does not help, report it.',
    );
    this.#send({ kind: 'error', id, error: describeError(body) });
  }

  #accept(id: number, name: CallName, input: unknown): void {
    const fail = (error: unknown): void => this.#send({ kind: 'error', id, error: describeError(error) });
    if (this.#stopping) return fail(cancelled());
    if (this.#running?.id === id || this.#queue.some((job) => job.id === id)) {
      // The id belongs to the first call: answering under it would end that one.
      const body = new EngineError('bad-message', `Call ${id} is running already.`, 'Report it: an id was used twice.');
      return this.#send({ kind: 'error', id: null, error: describeError(body) });
    }
    if (this.#queue.length >= MAX_QUEUE) {
      return fail(new EngineError('busy', `${MAX_QUEUE} calls wait already.`, 'Wait for an answer, then call again.'));
    }
    const parsed = calls[name].input.safeParse(input);
    if (!parsed.success) return this.#refuse(id, parsed.error);
    this.#queue.push(this.#job(id, { name, input: parsed.data } as NamedInput));
    if (this.#running === undefined) void this.#runQueue();
  }

  #job(id: number, call: NamedInput): Job {
    const job = (
      phase: Job['phase'],
      perform: Job['perform'],
      discard: Job['discard'] = () => Promise.resolve(),
    ): Job => ({
      id,
      name: call.name,
      phase,
      perform,
      discard,
      abort: new AbortController(),
      finish: new AbortController(),
      answered: false,
    });
    switch (call.name) {
      case 'open':
        return job(
          'load',
          (hooks) => this.#open(call.input, hooks),
          (output) => this.#close((output as CallOutput<'open'>).session),
        );
      case 'score':
        return job('job', (hooks) => {
          const session = this.#session(call.input.session);
          return session.score(call.input.items, withTotal(hooks, call.input.items.length));
        });
      case 'embed':
        return job('job', (hooks) => {
          const session = this.#session(call.input.session);
          return session.embed(call.input.items, withTotal(hooks, call.input.items.length));
        });
      case 'explain':
        return job('job', (hooks) =>
          this.#work.explain(this.#session(call.input.session), call.input, withTotal(hooks, 0)),
        );
      case 'train':
        return job('job', (hooks) =>
          this.#work.train(this.#session(call.input.session), call.input, withTotal(hooks, call.input.train.length)),
        );
      case 'verifyBackends':
        return job('load', (hooks) => this.#work.verifyBackends(call.input, hooks));
      case 'close':
        return job('job', async () => {
          this.#session(call.input.session);
          await this.#close(call.input.session);
          return {};
        });
    }
  }

  async #runQueue(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#running = job;
      this.#movedAt = performance.now();
      // Said at once, so that the desk knows of a load before the event loop may be busy with it.
      this.#beat();
      await this.#run(job);
    }
    this.#running = undefined;
    this.#beat();
  }

  async #run(job: Job): Promise<void> {
    try {
      // An async wrapper: work that throws before its first await fails its call, not the loop.
      const output = await (async () =>
        job.perform({ signal: job.abort.signal, finish: job.finish.signal, onProgress: this.#progress(job) }))();
      if (job.abort.signal.aborted) {
        await job.discard(output);
        throw cancelled();
      }
      if (!job.answered) this.#send({ kind: 'answer', id: job.id, output });
    } catch (error) {
      const told = job.abort.signal.aborted ? cancelled() : error;
      if (!job.answered) this.#send({ kind: 'error', id: job.id, error: describeError(told) });
    }
    job.answered = true;
  }

  #progress(job: Job): WorkHooks['onProgress'] {
    const started = performance.now();
    let sent = -Infinity;
    return (done, total = done, unit = 'items', figures, note) => {
      const now = performance.now();
      this.#movedAt = now;
      if (job.answered || (note === undefined && now - sent < PROGRESS_EVERY_MS && done < total)) return;
      sent = now;
      const seconds = (now - started) / 1000;
      const rate = seconds > 0 ? done / seconds : 0;
      const secondsLeft = rate > 0 ? Math.max(0, total - done) / rate : null;
      const more = { ...(figures && { figures }), ...(note !== undefined && { note }) };
      this.#send({ kind: 'progress', id: job.id, done, total, unit, rate, secondsLeft, ...more });
    };
  }

  #cancel(id: number): void {
    const waiting = this.#queue.findIndex((job) => job.id === id);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      return this.#send({ kind: 'error', id, error: describeError(cancelled()) });
    }
    const job = this.#running;
    // Anything else was answered a moment ago: its answer and this cancel crossed on the wire.
    if (job?.id !== id || job.abort.signal.aborted) return;
    job.abort.abort();
    setTimeout(() => {
      if (job.answered) return;
      job.answered = true;
      this.#send({ kind: 'error', id, error: describeError(cancelled()) });
    }, CANCEL_GRACE_MS);
  }

  async #open(input: CallInput<'open'>, hooks: WorkHooks): Promise<CallOutput<'open'>> {
    const started = performance.now();
    const opened = await this.#work.open(input, hooks);
    const session = this.#nextSession++;
    this.#sessions.set(session, opened);
    const seconds = (performance.now() - started) / 1000;
    const { backend, layout, threads, depth } = opened.info;
    const line = `session ${session}: ${backend}, ${layout}, ${threads} threads, depth ${depth}, ${seconds.toFixed(2)} s`;
    this.#send({ kind: 'log', level: 'info', line: line.slice(0, 2000) });
    return { session, info: opened.info, seconds };
  }

  #session(id: number): S {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new EngineError('no-such-session', `There is no open session ${id}.`, 'Open the model again.');
    }
    return session;
  }

  async #close(id: number): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.[Symbol.asyncDispose]();
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const job of this.#queue.splice(0)) {
      this.#send({ kind: 'error', id: job.id, error: describeError(cancelled()) });
    }
    setTimeout(() => this.#exit(1), STOP_GRACE_MS).unref();
    const job = this.#running;
    if (job !== undefined) {
      this.#cancel(job.id);
      // Native memory must not be freed under a graph that is being computed.
      while (this.#running !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const id of [...this.#sessions.keys()]) await this.#close(id).catch(() => {});
    this.#exit(0);
  }
}

type NamedInput = { [N in CallName]: { name: N; input: CallInput<N> } }[CallName];

/** The scorer counts what it has done; how much there is, the call itself knows. */
function withTotal(hooks: WorkHooks, items: number): WorkHooks {
  return {
    ...hooks,
    onProgress: (done, total = items, ...more) => hooks.onProgress(done, total, ...more),
  };
}

const WithId = z.looseObject({ id: z.int().min(1) });

function idOf(message: unknown): number | null {
  const parsed = WithId.safeParse(message);
  return parsed.success ? parsed.data.id : null;
}
