import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { ConnectionOptions } from '../store/connection.ts';
import type { Workspace } from '../store/workspace.ts';
import { Precedence } from '../precedence.ts';
import type { CheckpointThreadData } from './checkpoint-thread.ts';
import { WriterClient } from './client.ts';
import { writerGone } from './failure.ts';
import type { Reply, Request, ThreadData } from './protocol.ts';

/** A log is short at first, and whoever opens a workspace waits for what every core is wanted for. */
const LATER_MS = 2_000;

interface Thread {
  readonly worker: Worker;
  /** it may have ended long before anybody asks */
  readonly exited: Promise<void>;
}

/** The thread that writes, with the one that keeps its log short, and the desk's end of both. */
export class Writer extends WriterClient implements AsyncDisposable {
  readonly #writes: Thread;
  readonly #urgent: MessagePort;
  #checkpoints: Thread | null = null;
  readonly #later: NodeJS.Timeout | undefined;
  #closing = false;

  /** Starts the thread. It must be closed before the workspace is. */
  static of({ path, connection }: Pick<Workspace, 'path' | 'connection'>, precedence = new Precedence()): Writer {
    return new Writer(path, connection, precedence);
  }

  private constructor(path: string, connection: ConnectionOptions, { shared }: Precedence) {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadData = { path, connection, urgent: port2, precedence: shared };
    const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData, transferList: [port2] });
    super(path, { ordinary: worker, urgent: port1 });
    this.#urgent = port1;
    this.#writes = threadOf(worker);
    if (connection.journal === 'wal')
      this.#later = setTimeout(() => (this.#checkpoints = checkpointThread(path, connection)), LATER_MS).unref();
    worker.on('message', (reply: Reply) => this.receive(reply));
    worker.on('error', (error) => this.fail(writerGone(path, error)));
    worker.on('exit', () => this.fail(this.#closing ? new Error('The workspace was closed.') : writerGone(path)));
  }

  /** A port over which another thread asks it; its requests are ordinary ones. `WriterClient` speaks over it. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#writes.worker.postMessage({ kind: 'client', port: port2 } satisfies Request, [port2]);
    return port1;
  }

  /** Ends the thread; what was handed over is written first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#later);
    this.#checkpoints?.worker.postMessage('close');
    await this.#checkpoints?.exited;
    this.#writes.worker.postMessage({ kind: 'close' } satisfies Request);
    await this.#writes.exited;
    this.#urgent.close();
  }
}

function checkpointThread(path: string, connection: ConnectionOptions): Thread {
  const workerData: CheckpointThreadData = { path, connection };
  const worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData });
  // Without it the log grows, and SQLite itself sees to it in the end.
  worker.on('error', () => {});
  return threadOf(worker);
}

const threadOf = (worker: Worker): Thread => ({
  worker,
  exited: new Promise((resolve) => worker.on('exit', () => resolve())),
});
