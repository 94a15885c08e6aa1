import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { revive } from './failure.ts';
import { Loader } from './loader.ts';
import type { Reply, Request, WriteRequest } from './protocol.ts';
import type { WriteInput, WriteName, WriteOutput } from './writes.ts';

interface Waiting {
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
}

/** Where requests go: ordinary ones, and those that somebody waits for. */
export interface WriterPorts {
  readonly ordinary: Pick<MessagePort | Worker, 'postMessage'>;
  readonly urgent: Pick<MessagePort, 'postMessage'>;
}

/** One end of the thread that writes: asks, and matches answers. What it says is done, is on the disk, but for what can be made again (writes.ts). */
export class WriterClient {
  readonly #path: string;
  readonly #ports: WriterPorts;
  readonly #waiting = new Map<number, Waiting>();
  readonly #loaders = new Map<number, Loader>();
  #next = 1;
  #failure: Error | undefined;

  /** @param path of the workspace, for errors */
  constructor(path: string, ports: WriterPorts) {
    this.#path = path;
    this.#ports = ports;
  }

  /**
   * Writes, and resolves once it is done.
   * @param urgent somebody waits for it: it goes before imports and scores
   * @throws WorkspaceError, DeskError; nothing was written then
   */
  async write<N extends WriteName>(
    name: N,
    input: WriteInput<N>,
    { urgent = true }: { readonly urgent?: boolean } = {},
  ): Promise<WriteOutput<N>> {
    return await this.#ask<WriteOutput<N>>((id) => {
      const request: WriteRequest = { kind: 'write', id, name, input };
      this.#ports[urgent ? 'urgent' : 'ordinary'].postMessage(request);
    });
  }

  /** Opens a stream of batches. Several may be open; their batches take turns. */
  loader(): Loader {
    const stream = this.#next++;
    const send = (request: Extract<Request, { stream: number }>, moved: Transferable[] = []): void => {
      if (this.#failure !== undefined) loader.fail(this.#failure);
      else this.#ports.ordinary.postMessage(request, moved);
    };
    const loader = new Loader(stream, send, () => this.#loaders.delete(stream));
    this.#loaders.set(stream, loader);
    return loader;
  }

  /** One that writes nothing: every request fails. @param why is thrown */
  static refusing(path: string, why: Error): WriterClient {
    const nowhere = { postMessage: () => undefined };
    const client = new WriterClient(path, { ordinary: nowhere, urgent: nowhere });
    client.fail(why);
    return client;
  }

  /** What the thread answers. */
  receive(reply: Reply): void {
    switch (reply.kind) {
      case 'done':
        this.#take(reply.id)?.resolve(reply.output as never);
        return;
      case 'failed':
        this.#take(reply.id)?.reject(revive(reply.error, this.#path));
        return;
      case 'loaded':
        this.#loaders.get(reply.stream)?.loaded(reply.outcome);
        return;
      case 'load-failed':
        this.#loaders.get(reply.stream)?.fail(revive(reply.error, this.#path));
    }
  }

  /** Nothing will be answered any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const loader of this.#loaders.values()) loader.fail(error);
  }

  async #ask<T>(send: (id: number) => void): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.set(id, { resolve, reject });
    send(id);
    return await promise;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
