import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Backend } from './backend.ts';
import { GraphMemory } from './graph-memory.ts';

/** A stream of graphs: one is computed at a time, in memory of its own. */
export interface Lane {
  readonly backend: Backend;
  readonly memory: GraphMemory;
}

/**
 * Graphs side by side on one device. On the CPU each lane has one thread: ggml's threads wait for each other after every
 * operation by spinning, so that two of them on one graph lose a tenth on an idle machine and up to fifty times on a busy
 * one, and some operations use one thread only. Graphs of their own never wait. A GPU has one lane.
 */
export class Lanes implements AsyncDisposable {
  readonly #lanes: readonly Lane[];
  readonly #owned: AsyncDisposableStack;

  private constructor(lanes: readonly Lane[], owned: AsyncDisposableStack) {
    this.#lanes = lanes;
    this.#owned = owned;
  }

  /** `count` lanes beside the given backend, which stays the caller's; it is the only lane of a GPU. Throws BackendError. */
  static async open(backend: Backend, count: number): Promise<Lanes> {
    await using opening = new AsyncDisposableStack();
    const backends = backend.accelerator === 'cpu' ? Array.from({ length: count }, () => backend.another()) : [backend];
    const lanes = backends.map((own) => {
      if (own !== backend) opening.use(own);
      return { backend: own, memory: opening.use(new GraphMemory(own)) };
    });
    return new Lanes(lanes, opening.move());
  }

  get count(): number {
    return this.#lanes.length;
  }

  /**
   * Does every job on the lane that is free next. After a failure no further job begins; it is thrown when all lanes
   * are quiet, so that the memory that they used can be freed.
   */
  async each<T>(jobs: Iterable<T>, work: (job: T, lane: Lane) => Promise<void>): Promise<void> {
    const left = jobs[Symbol.iterator]();
    let failure: { readonly error: unknown } | undefined;
    const drive = async (lane: Lane): Promise<void> => {
      while (!failure) {
        const { done, value } = left.next();
        if (done === true) return;
        try {
          await work(value, lane);
        } catch (error) {
          failure ??= { error };
        }
      }
    };
    await Promise.all(this.#lanes.map(drive));
    if (failure) throw (failure as { readonly error: unknown }).error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/**
 * Lanes worth having on this machine: one a physical core, never more than the system grants this process, one less
 * while a window is in front.
 */
export function laneCount({ foreground = false }: { readonly foreground?: boolean | undefined } = {}): number {
  const granted = availableParallelism();
  return Math.max(1, Math.min(physicalCores() ?? granted, foreground ? granted - 1 : granted));
}

/** Cores without their second hardware threads, or null where the system does not say. */
function physicalCores(): number | null {
  if (process.platform === 'darwin') return sysctl('hw.physicalcpu');
  const siblings = linuxSiblings();
  return siblings && new Set(siblings).size;
}

function linuxSiblings(): readonly string[] | null {
  const folder = '/sys/devices/system/cpu';
  try {
    const cpus = readdirSync(folder).filter((name) => /^cpu\d+$/.test(name));
    return cpus.map((cpu) => readFileSync(`${folder}/${cpu}/topology/thread_siblings_list`, 'utf8').trim());
  } catch {
    return null;
  }
}

function sysctl(name: string): number | null {
  try {
    const count = Number(execFileSync('/usr/sbin/sysctl', ['-n', name], { encoding: 'utf8', timeout: 2000 }));
    return Number.isInteger(count) && count > 0 ? count : null;
  } catch {
    return null;
  }
}
