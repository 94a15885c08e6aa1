/**
 * The window's end of the door: calls as functions, events as they come, and whether there is anybody at the other end. When
 * the desk does not answer it is asked again, first soon and then ever slower; calls fail meanwhile instead of waiting.
 */
import { createORPCClient, type ClientOptions } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../desk/contract.ts';
import type { Event } from '../../desk/contract/workspace.ts';
import type { Connect, Connection } from './connect.ts';

export type DeskClient = ContractRouterClient<Contract>;

/** Nobody answers: shown once for the whole window, not at every place that asked something. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  constructor(options?: ErrorOptions) {
    super('The desk does not answer.', options);
  }
}

/** Between tries. */
const WAITS_MS = [200, 500, 1000, 2000, 5000] as const;
/** A desk that is there answers its state in a few milliseconds; one that migrates a workspace takes longer. */
const PATIENCE_MS = 15_000;

export class Door {
  /** `connecting` until the first answer, then `open`, and `lost` whenever it breaks */
  state = $state<'connecting' | 'open' | 'lost'>('connecting');
  /** The same from the start to the end of the window, whatever connection there is. */
  readonly desk: DeskClient;
  readonly #connect: Connect;
  readonly #shown: () => string | null;
  readonly #ended = new AbortController();
  #connection: Connection | null = null;
  #hurry: () => void = () => {};

  /** @param shown path of the workspace that is shown: what is done is meant for that one */
  constructor(connect: Connect, shown: () => string | null = () => null) {
    this.#connect = connect;
    this.#shown = shown;
    this.desk = createORPCClient<DeskClient>({
      call: async (path, input, options) => await this.#call(path, input, options),
    });
  }

  /** Keeps a connection until `close`. `opened` is called each time that there is one anew, `heard` with each event. */
  async keep(opened: () => Promise<void>, heard: (event: Event) => void): Promise<void> {
    let tries = 0;
    const started = async (): Promise<void> => {
      await opened();
      this.state = 'open';
      tries = 0;
    };
    while (!this.#ended.signal.aborted) {
      // Whatever ends it, the remedy is the next try.
      await this.#once(started, heard).catch(() => {});
      this.#connection?.close();
      this.#connection = null;
      if (this.#ended.signal.aborted) return;
      if (this.state === 'open' || tries >= 2) this.state = 'lost';
      await this.#wait(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0);
      tries++;
    }
  }

  /** Tries at once. */
  hurry(): void {
    this.#hurry();
  }

  close(): void {
    this.#ended.abort();
    this.#connection?.close();
    this.#hurry();
  }

  /** One connection, from its start to its end. */
  async #once(opened: () => Promise<void>, heard: (event: Event) => void): Promise<void> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const connection = await this.#connect(patience.signal);
      this.#connection = connection;
      // First the events, then the state: nothing can happen between the two that is not heard.
      const events = await endedBy(patience.signal, this.desk.events());
      await endedBy(patience.signal, opened());
      clearTimeout(timer);
      for (;;) {
        const next = await endedBy(connection.gone, events.next());
        if (next.done === true) return;
        heard(next.value);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #call(path: readonly string[], input: unknown, options: ClientOptions<Record<never, never>>) {
    const connection = this.#connection;
    if (connection === null) throw new ConnectionLost();
    try {
      return await endedBy(
        connection.gone,
        connection.link.call(path, input, { ...options, context: { workspace: this.#shown() } }),
      );
    } catch (error) {
      // What comes back from the desk is an ORPCError; a fetch that reached nobody is a TypeError.
      if (error instanceof TypeError && options.signal?.aborted !== true) {
        connection.close();
        throw new ConnectionLost({ cause: error });
      }
      throw error;
    }
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#hurry = resolve;
      setTimeout(resolve, ms);
    });
  }
}

/** What `work` gives, unless `signal` comes first. @throws ConnectionLost */
async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) throw new ConnectionLost();
  return await new Promise<T>((resolve, reject) => {
    const end = (): void => reject(new ConnectionLost());
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
