/**
 * One life of an engine process: sends calls, matches answers to them, listens to its heart, and says how it ended.
 * Nothing is restarted here; that is the supervisor's part.
 */
import { CONTRACT, FromEngine, calls, whatIsWrong } from '../../engine/contract.ts';
import type { CallInput, CallName, CallOutput, Heartbeat, Progress } from '../../engine/contract.ts';
import { EngineCallError, EngineDied, cancelled } from './errors.ts';
import type { EngineProcess } from './process.ts';

/** When an engine counts as hung, and how long an end may take. */
export interface Limits {
  /** time between two looks at the engine, milliseconds */
  readonly tickMs: number;
  /** looks without a heartbeat between them after which an engine is hung */
  readonly silentTicks: number;
  /** the same while it starts or loads a model, when its event loop may be busy */
  readonly silentTicksInLoad: number;
  /** a call that does not get ahead for this long is hung though the heart beats (a driver that never returns), seconds */
  readonly stalledSeconds: number;
  /** a cancelled call ends after this long even if the engine says nothing, milliseconds */
  readonly cancelMs: number;
  /** an engine that was asked to stop is killed after this long, and one that was killed is given up, milliseconds */
  readonly stopMs: number;
}

export const LIMITS: Limits = {
  tickMs: 1000,
  silentTicks: 10,
  silentTicksInLoad: 300,
  stalledSeconds: 120,
  cancelMs: 900,
  stopMs: 3000,
};

export interface CallHooks<N extends CallName> {
  readonly signal?: AbortSignal | undefined;
  /** Ends a training early, with the best that it has. */
  readonly finish?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** What is wrong with an answer that parsed; the engine that gave it is not to be trusted any more. */
  readonly check?: ((output: CallOutput<N>) => string | undefined) | undefined;
}

interface Pending {
  /** parses and hands over the answer; returns what is wrong with it */
  readonly answer: (output: unknown) => string | undefined;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** Bytes of standard error that are kept. */
const TAIL_BYTES = 4096;

export class EngineLife {
  readonly #process: EngineProcess;
  readonly #limits: Limits;
  readonly #onLog: (line: string) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #unsent: Array<() => void> = [];
  readonly #watch: NodeJS.Timeout;
  readonly ended: Promise<string>;
  #end: (how: string) => void;
  #nextId = 1;
  #greeted = false;
  #over = false;
  #stopping = false;
  #killedBecause: string | undefined;
  #givenUp: NodeJS.Timeout | undefined;
  #silent = 0;
  #beat: Heartbeat | undefined;
  #tail = Buffer.alloc(0);

  constructor(process: EngineProcess, limits: Limits, onLog: (line: string) => void) {
    this.#process = process;
    this.#limits = limits;
    this.#onLog = onLog;
    const ended = Promise.withResolvers<string>();
    this.ended = ended.promise;
    this.#end = ended.resolve;
    process.onMessage((message) => this.#receive(message));
    process.onStderr((chunk) => {
      const joined = Buffer.concat([this.#tail, chunk]);
      this.#tail = Buffer.from(joined.subarray(Math.max(0, joined.length - TAIL_BYTES)));
    });
    process.onExit((how) => this.#exited(how));
    this.#watch = setInterval(() => this.#look(), limits.tickMs);
  }

  get alive(): boolean {
    return !this.#over && this.#killedBecause === undefined && !this.#stopping;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The last heartbeat: memory, the running call. */
  get heartbeat(): Heartbeat | undefined {
    return this.#beat;
  }

  /** The last 4 kB that the engine printed. */
  get stderr(): string {
    return this.#tail.toString('utf8').replaceAll('\uFFFD', '');
  }

  /**
   * Sends one call and gives its answer.
   * Throws EngineCallError when the engine says no (code `cancelled` on abort), EngineDied when it dies first.
   */
  call<N extends CallName>(name: N, input: CallInput<N>, hooks: CallHooks<N> = {}): Promise<CallOutput<N>> {
    const { signal, finish, onProgress, check } = hooks;
    if (signal?.aborted === true) return Promise.reject(cancelled());
    if (!this.alive) return Promise.reject(new EngineDied(this.#killedBecause ?? 'has ended', this.stderr, false));
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<CallOutput<N>>();
    let answered = false;
    const answer = (output: unknown): string | undefined => {
      const parsed = calls[name].output.safeParse(output);
      if (!parsed.success) return `answered ${name} with what does not fit: ${whatIsWrong(parsed.error)}`;
      const value = parsed.data as CallOutput<N>;
      const wrong = check?.(value);
      if (wrong !== undefined) return `answered ${name} with what does not fit: ${wrong}`;
      // Nobody waits for a session that was given up; it would hold its memory for ever.
      if (answered && name === 'open') this.#forget((value as CallOutput<'open'>).session);
      resolve(value);
      return undefined;
    };
    const tell = (progress: Progress): void => {
      if (!answered) onProgress?.(progress);
    };
    this.#pending.set(id, { answer, reject, onProgress: tell });
    const send = (): void => this.#process.send({ kind: 'call', id, name, input });
    if (this.#greeted) send();
    else this.#unsent.push(send);

    const abort = (): void => {
      const cancel = (): void => this.#process.send({ kind: 'cancel', id });
      if (this.#greeted) cancel();
      else this.#unsent.push(cancel);
      // The call stays listed: should the engine die now, no other call is to blame.
      giveUp = setTimeout(() => reject(cancelled()), this.#limits.cancelMs);
    };
    const end = (): void => this.#process.send({ kind: 'finish', id });
    let giveUp: NodeJS.Timeout | undefined;
    signal?.addEventListener('abort', abort, { once: true });
    finish?.addEventListener('abort', end, { once: true });
    return promise.finally(() => {
      answered = true;
      clearTimeout(giveUp);
      signal?.removeEventListener('abort', abort);
      finish?.removeEventListener('abort', end);
    });
  }

  /** Asks it to end, and ends it when it does not; resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#over) return;
    this.#stopping = true;
    this.#process.send({ kind: 'stop' });
    const late = setTimeout(() => this.kill('did not stop when it was asked to'), this.#limits.stopMs);
    await this.ended;
    clearTimeout(late);
  }

  /** Ends it at once; `because` completes "the engine …". */
  kill(because: string): void {
    if (this.#over) return;
    this.#killedBecause ??= because;
    this.#process.kill();
    // One that hangs in a driver may outlive that as well: nobody waits for it.
    this.#givenUp ??= setTimeout(() => this.#exited(because), this.#limits.stopMs);
  }

  #forget(session: number): void {
    if (this.alive) this.call('close', { session }).catch(() => {});
  }

  #receive(message: unknown): void {
    // What a condemned engine still says is not acted on.
    if (this.#killedBecause !== undefined) return;
    const parsed = FromEngine.safeParse(message);
    if (!parsed.success) return this.kill(`sent a message that does not fit: ${whatIsWrong(parsed.error)}`);
    const received = parsed.data;
    if (!this.#greeted && received.kind !== 'hello') return this.kill('did not greet first');
    switch (received.kind) {
      case 'hello':
        if (received.contract !== CONTRACT) {
          return this.kill(`speaks contract ${received.contract}, this program ${CONTRACT}: install Moderato again`);
        }
        this.#greeted = true;
        for (const send of this.#unsent.splice(0)) send();
        return;
      case 'heartbeat':
        this.#silent = 0;
        this.#beat = received;
        return;
      case 'progress':
        return this.#pending.get(received.id)?.onProgress(received);
      case 'log':
        return this.#onLog(received.line);
      case 'answer': {
        const wrong = this.#pending.get(received.id)?.answer(received.output);
        // A call with a wrong answer stays listed: it is the one to blame.
        if (wrong !== undefined) return this.kill(wrong);
        this.#pending.delete(received.id);
        return;
      }
      case 'error': {
        if (received.id === null) return this.#onLog(`refused: ${received.error.message}`);
        this.#pending.get(received.id)?.reject(new EngineCallError(received.error));
        this.#pending.delete(received.id);
      }
    }
  }

  /**
   * Silence is counted in looks of our own, not on the clock: a laptop that slept, or a desk that was busy itself,
   * looked no more often than it listened.
   */
  #look(): void {
    this.#silent++;
    const load = !this.#greeted || this.#beat?.phase === 'load';
    const limit = load ? this.#limits.silentTicksInLoad : this.#limits.silentTicks;
    if (this.#silent > limit) {
      return this.kill(`hung: no sign of life for ${Math.round((limit * this.#limits.tickMs) / 1000)} seconds`);
    }
    const stalled = this.#beat?.stalled ?? 0;
    if (stalled > this.#limits.stalledSeconds && !load) {
      this.kill(`hung: it did not get ahead for ${Math.round(stalled)} seconds`);
    }
  }

  #exited(how: string): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    clearTimeout(this.#givenUp);
    const told = this.#killedBecause ?? how;
    // Calls run in the order in which they were sent, so the oldest is the one that was running.
    let blamed = !this.#stopping;
    for (const { reject } of this.#pending.values()) {
      reject(this.#stopping ? cancelled() : new EngineDied(told, this.stderr, blamed));
      blamed = false;
    }
    this.#pending.clear();
    this.#end(told);
  }
}
