/**
 * Keeps an engine running: starts it when it is first needed, opens models in it, and when it dies goes on with the
 * next one. The restart policy, per batch of items:
 *   1. the engine is started again on the same backend and the batch repeated;
 *   2. it dies again: the batch is repeated on the CPU. When that goes well, the backend is to blame: it is remembered
 *      with its driver version and not used again;
 *   3. it dies twice on the CPU: the batch is halved until the one item is found. That item becomes "not read:
 *      engine-failed", and the job goes on.
 * An engine that does nothing but die ends the job with an error instead of marking everything as failed.
 */
import type { CallInput, CallOutput, Heartbeat, SessionInfo } from '../engine/contract.ts';
import { EngineCallError, EngineDied, EngineFailed, cancelled } from './engine/errors.ts';
import { EngineLife, LIMITS } from './engine/life.ts';
import type { CallHooks, Limits } from './engine/life.ts';
import type { SpawnEngine } from './engine/process.ts';
import { EngineSession } from './engine/session.ts';
import type { Attempt, RunHooks, SessionOwner, WithoutSession, SessionCall } from './engine/session.ts';

/** Something a person may want to know; never holds message text. */
export interface Notice {
  readonly kind: 'engine-died' | 'moved-to-cpu' | 'item-failed' | 'log';
  readonly message: string;
}

/** Remembers which backend died under which driver version, so that the next start does not try it again. */
export interface BackendMemory {
  isRefused(backend: string, driver: string): boolean;
  refuse(backend: string, driver: string, reason: string): void;
}

export interface SupervisorOptions {
  readonly onNotice?: (notice: Notice) => void;
  readonly memory?: BackendMemory;
  /** whether a model for which no backend is named is to be opened on the CPU; asked each time */
  readonly onlyCpu?: () => boolean;
  readonly limits?: Partial<Limits>;
  /** items of one call, which is what a death costs */
  readonly batchItems?: number;
}

const BATCH_ITEMS = 512;
/** Deaths of one batch on one backend after which something else is tried. */
const DEATHS_PER_BACKEND = 2;
/**
 * Deaths in a row, with no call done between them, after which nothing will help. Finding one item among 2,048 takes
 * at most 2 (GPU) + 2 (CPU) + 11 (halving).
 */
const HOPELESS_DEATHS = 20;

type Model = CallInput<'open'>;

/** An open model over all lives of the engine. */
interface Kept {
  readonly model: Model;
  info: SessionInfo | undefined;
  /** deaths while opening, since the last success */
  openDeaths: number;
  /** what was chosen when it was first opened on the CPU and elsewhere: chosen again, so that scores do not change */
  readonly chosen: Map<'cpu' | 'gpu', { readonly layout: string }>;
  /** not to be tried on another backend in this run */
  cpuOnly: boolean;
}

interface Opened {
  readonly life: EngineLife;
  readonly session: number;
  readonly info: SessionInfo;
}

export class Supervisor implements AsyncDisposable {
  readonly #spawn: SpawnEngine;
  readonly #options: SupervisorOptions;
  readonly #limits: Limits;
  #life: EngineLife | undefined;
  #opened = new Map<Kept, { readonly onCpu: boolean; readonly opened: Promise<Opened> }>();
  /** batches that are on the CPU to find out whether their backend or they themselves are to blame */
  #suspects = 0;
  #cpuConfirmed = false;
  #deathsInRow = 0;
  #closed = false;

  constructor(spawn: SpawnEngine, options: SupervisorOptions = {}) {
    this.#spawn = spawn;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** Process id of the engine, while there is one. */
  get pid(): number | undefined {
    return this.#life?.alive === true ? this.#life.pid : undefined;
  }

  /** The engine's last heartbeat: memory, the running call. */
  get heartbeat(): Heartbeat | undefined {
    return this.#life?.heartbeat;
  }

  /**
   * Opens a model; the engine is started if there is none.
   * Throws EngineCallError (bad file, wrong base, `cancelled`), EngineFailed when engines die over it.
   */
  async open(model: Model, hooks: { signal?: AbortSignal } = {}): Promise<EngineSession> {
    const cpuOnly = model.backend === 'cpu' || (model.backend === 'auto' && this.#options.onlyCpu?.() === true);
    const kept: Kept = { model, info: undefined, openDeaths: 0, chosen: new Map(), cpuOnly };
    await this.#openAgain(kept, hooks.signal);
    return new EngineSession(this.#owner(kept), this.#options.batchItems ?? BATCH_ITEMS);
  }

  /** Tries every backend in throw-away processes: the table of `doctor --verify`. Throws like `open`. */
  async verifyBackends(
    input: CallInput<'verifyBackends'>,
    hooks: CallHooks<'verifyBackends'> = {},
  ): Promise<CallOutput<'verifyBackends'>> {
    for (let deaths = 1; ; deaths++) {
      try {
        return await this.#living().call('verifyBackends', input, hooks);
      } catch (error) {
        if (!(error instanceof EngineDied)) throw error;
        if (deaths === DEATHS_PER_BACKEND) throw new EngineFailed('The backends could not be checked', error);
      }
    }
  }

  /** Ends the engine; calls that are still open end as `cancelled`. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#life?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #notice(kind: Notice['kind'], message: string): void {
    this.#options.onNotice?.({ kind, message });
  }

  #living(): EngineLife {
    if (this.#closed) throw cancelled();
    if (this.#life?.alive === true) return this.#life;
    const life = new EngineLife(this.#spawn(), this.#limits, (line) => this.#notice('log', line));
    this.#life = life;
    this.#opened = new Map();
    void life.ended.then((how) => {
      if (!this.#closed)
        this.#notice('engine-died', `The engine ${how}. It is started again when it is needed; nothing is lost.`);
    });
    return life;
  }

  #owner(kept: Kept): SessionOwner {
    return {
      attempt: () => this.#attempt(kept),
      info: () => {
        if (kept.info === undefined) throw new Error('the session was not opened');
        return kept.info;
      },
      itemFailed: (key, death) =>
        this.#notice('item-failed', `The engine ${death.how} on item ${key}; it is left as not read.`),
      failed: (what, death) => new EngineFailed(what, death),
      release: async () => {
        const entry = this.#opened.get(kept);
        this.#opened.delete(kept);
        await this.#closeNative(entry?.opened);
      },
    };
  }

  async #closeNative(opening: Promise<Opened> | undefined): Promise<void> {
    try {
      const opened = await opening;
      if (opened?.life.alive === true) await opened.life.call('close', { session: opened.session });
    } catch (error) {
      // A session that could not be opened, or whose engine is gone, holds nothing any more.
      if (!(error instanceof EngineDied) && !(error instanceof EngineCallError)) throw error;
    }
  }

  /** The native session of `kept` in the engine that lives now, on the backend that is right now. */
  #openNow(kept: Kept, signal?: AbortSignal): Promise<Opened> {
    const life = this.#living();
    const onCpu = kept.cpuOnly || this.#cpuConfirmed || this.#suspects > 0;
    const entry = this.#opened.get(kept);
    if (entry?.onCpu === onCpu) return entry.opened;
    // The old one is closed first, so that two copies of a model never lie in memory.
    const opened = this.#closeNative(entry?.opened).then(() => this.#openIn(life, kept, onCpu, signal));
    this.#opened.set(kept, { onCpu, opened });
    opened.catch(() => {
      if (this.#opened.get(kept)?.opened === opened) this.#opened.delete(kept);
    });
    return opened;
  }

  async #openIn(life: EngineLife, kept: Kept, onCpu: boolean, signal?: AbortSignal): Promise<Opened> {
    const before = kept.chosen.get(onCpu ? 'cpu' : 'gpu');
    const model = { ...kept.model, ...(onCpu ? { backend: 'cpu' as const } : {}), ...before };
    try {
      const { session, info } = await life.call('open', model, { signal });
      kept.openDeaths = 0;
      if (kept.info !== undefined && kept.info.base.sha256 !== info.base.sha256) {
        await this.#closeNative(Promise.resolve({ life, session, info }));
        throw baseChanged(model.base);
      }
      const driver = info.driver ?? '';
      if (!isCpu(info) && this.#options.memory?.isRefused(info.backend, driver) === true) {
        this.#notice('moved-to-cpu', `${named(info)} made the engine stop on this computer before: the CPU is used.`);
        kept.cpuOnly = true;
        await this.#closeNative(Promise.resolve({ life, session, info }));
        return await this.#openIn(life, kept, true, signal);
      }
      kept.info = info;
      if (!model.deterministic) kept.chosen.set(onCpu ? 'cpu' : 'gpu', { layout: info.layout });
      return { life, session, info };
    } catch (error) {
      if (!(error instanceof EngineDied) || !error.blamed) throw error;
      if (++kept.openDeaths < DEATHS_PER_BACKEND) throw error;
      kept.openDeaths = 0;
      if (onCpu) throw new EngineFailed(`${model.base} could not be opened`, error);
      // The driver's version is not known yet, so this is not remembered beyond this run.
      kept.cpuOnly = true;
      this.#notice(
        'moved-to-cpu',
        `The engine ${error.how} while it opened the model (${model.backend}): the CPU is used.`,
      );
      throw error;
    }
  }

  /** `#openNow`, through as many lives as it takes. */
  async #openAgain(kept: Kept, signal?: AbortSignal): Promise<Opened> {
    for (;;) {
      try {
        return await this.#openNow(kept, signal);
      } catch (error) {
        if (!(error instanceof EngineDied)) throw error;
      }
    }
  }

  #attempt(kept: Kept): Attempt {
    let suspected: SessionInfo | undefined;
    const release = (): void => {
      if (suspected !== undefined) this.#suspects--;
      suspected = undefined;
    };
    return {
      run: async (name, input, hooks, last = false) => {
        let deaths = 0;
        let missed = 0;
        for (;;) {
          const { life, session, info } = await abortable(this.#openAgain(kept), hooks.signal);
          try {
            const output = await life.call(...withSession(name, input, session, hooks, info));
            this.#deathsInRow = 0;
            if (suspected !== undefined && !last) this.#refuse(suspected);
            return output;
          } catch (error) {
            // Another batch moved the model to another backend between our look and our call.
            if (error instanceof EngineCallError && error.code === 'no-such-session' && ++missed < 3) continue;
            if (!(error instanceof EngineDied)) throw error;
            if (!error.blamed) continue;
            if (++this.#deathsInRow >= HOPELESS_DEATHS) {
              throw new EngineFailed(`The engine stopped ${this.#deathsInRow} times in a row`, error);
            }
            if (!last && ++deaths < DEATHS_PER_BACKEND) continue;
            if (isCpu(info)) throw error;
            suspected ??= this.#suspect(info);
            deaths = 0;
          }
        }
      },
      [Symbol.dispose]: release,
    };
  }

  #suspect(info: SessionInfo): SessionInfo {
    this.#suspects++;
    this.#notice('moved-to-cpu', `The engine stopped twice on ${named(info)}: this part is done on the CPU.`);
    return info;
  }

  #refuse(info: SessionInfo): void {
    if (this.#cpuConfirmed) return;
    this.#cpuConfirmed = true;
    const reason = `${named(info)} stopped twice on what the CPU could do`;
    this.#options.memory?.refuse(info.backend, info.driver ?? '', reason);
    this.#notice('moved-to-cpu', `${reason}: the CPU is used from now on.`);
  }
}

type CallArguments<N extends SessionCall> = [N, CallInput<N>, CallHooks<N>];

function withSession<N extends SessionCall>(
  name: N,
  input: WithoutSession<N>,
  session: number,
  hooks: RunHooks<N>,
  info: SessionInfo,
): CallArguments<N> {
  const { check, signal, finish, onProgress } = hooks;
  const whole = { ...input, session } as CallInput<N>;
  return [name, whole, { signal, finish, onProgress, check: check && ((output) => check(output, info)) }];
}

const baseChanged = (path: string): EngineCallError =>
  new EngineCallError({
    code: 'base-changed',
    message: `The model file ${path} changed while it was in use.`,
    remedy: 'Start the job again: scores of two models must not stand side by side.',
  });

const isCpu = (info: SessionInfo): boolean => info.backend.toLowerCase() === 'cpu';

const named = (info: SessionInfo): string =>
  info.driver === undefined ? info.backend : `${info.backend} (driver ${info.driver})`;

/** `promise`, or `cancelled` as soon as the caller gives up; what is shared with other callers goes on. */
async function abortable<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise;
  promise.catch(() => {});
  if (signal.aborted) throw cancelled();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(cancelled());
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
