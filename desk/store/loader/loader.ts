import { Worker } from 'node:worker_threads';
import type { ConnectionOptions } from '../connection.ts';
import { WorkspaceError } from '../errors.ts';
import type { Batch, Outcome } from './batch.ts';
import type { FailedLoad, Reply, Request, ThreadData } from './thread.ts';

/** Batches on their way: one being written, others waiting, so that neither thread waits for the other. */
const IN_FLIGHT = 3;

/** The importing side of the writing thread. */
export class Loader implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiting: ((outcome: Outcome) => void)[] = [];
  readonly #exited: Promise<void>;
  #failure: Error | undefined;
  #closing = false;
  #wake: (() => void) | undefined;

  constructor(path: string, connection: ConnectionOptions) {
    this.#path = path;
    const workerData: ThreadData = { path, connection };
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData });
    this.#worker.on('message', (reply: Reply) => {
      if (reply.kind === 'loaded') this.#waiting.shift()?.(reply.outcome);
      else this.#failure ??= revive(reply.error, this.#path);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      this.#wake?.();
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        if (!this.#closing) this.#failure ??= new Error('The thread that writes the workspace ended unexpectedly.');
        this.#wake?.();
        resolve();
      });
    });
  }

  /**
   * Hands a batch over; resolves when there is room for the next one.
   * @param onLoaded called once the batch is on the disk
   * @throws WorkspaceError when this or an earlier batch could not be written
   */
  async write(batch: Batch, onLoaded: (outcome: Outcome) => void): Promise<void> {
    this.throwIfFailed();
    this.#waiting.push(onLoaded);
    this.#worker.postMessage({ kind: 'load', batch } satisfies Request, memoryOf(batch));
    await this.#until(IN_FLIGHT - 1);
  }

  /** @throws WorkspaceError when a batch could not be written */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when everything that was handed over is on the disk. */
  async drain(): Promise<void> {
    await this.#until(0);
  }

  /** Ends the thread; what was handed over is written first, unless writing failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#worker.postMessage({ kind: 'close' } satisfies Request);
    await this.#exited;
  }

  async #until(count: number): Promise<void> {
    while (this.#waiting.length > count && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.throwIfFailed();
  }
}

/** What a batch may hand over instead of copying. */
function memoryOf(batch: Batch): ArrayBuffer[] {
  const { identities, ordinals, channels, authors, times, edits, kinds, flags, hashes, sourceRows, raws } = batch;
  const columns = [identities, ordinals, channels, authors, times, edits, kinds, flags, hashes, sourceRows, raws];
  const texts = [batch.keys, batch.texts].flatMap(({ bytes, ends }) => [bytes.buffer, ends.buffer]);
  return [...columns, ...batch.blocks].map(({ buffer }) => buffer).concat(texts);
}

function revive({ problem, message, remedy }: FailedLoad, path: string): Error {
  return problem === null ? new Error(message) : new WorkspaceError(problem, path, message, remedy);
}
