import type { Transferable } from 'node:worker_threads';
import type { Batch, Loaded } from '../store/loader/batch.ts';
import type { Request } from './protocol.ts';

/** Batches on their way: one being written, others waiting, so that neither thread waits for the other. */
const IN_FLIGHT = 3;

/** The importing side of a stream of batches. */
export class Loader implements AsyncDisposable {
  readonly #stream: number;
  readonly #send: (request: Extract<Request, { stream: number }>, moved?: Transferable[]) => void;
  readonly #onEnd: () => void;
  readonly #waiting: ((outcome: Loaded) => void)[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(
    stream: number,
    send: (request: Extract<Request, { stream: number }>, moved?: Transferable[]) => void,
    onEnd: () => void,
  ) {
    this.#stream = stream;
    this.#send = send;
    this.#onEnd = onEnd;
  }

  /**
   * Hands a batch over; resolves when there is room for the next one.
   * @param onLoaded called once the batch is on the disk
   * @throws WorkspaceError when this or an earlier batch could not be written
   */
  async write(batch: Batch, onLoaded: (outcome: Loaded) => void): Promise<void> {
    this.throwIfFailed();
    this.#waiting.push(onLoaded);
    this.#send({ kind: 'load', stream: this.#stream, batch }, memoryOf(batch));
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

  /** A batch is on the disk. */
  loaded(outcome: Loaded): void {
    this.#waiting.shift()?.(outcome);
    this.#wake?.();
  }

  /** Nothing more will be written. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** Ends the stream; what was handed over is written first, unless writing failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#until(0).catch(() => {});
    this.#send({ kind: 'loaded-all', stream: this.#stream });
    this.#onEnd();
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
