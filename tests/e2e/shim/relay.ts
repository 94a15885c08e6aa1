/**
 * Between a process of the older runtime and a child with Node 24: messages and ports go through unchanged, and the end of
 * one is the end of the other, with the same code. Started as a utility process it relays what it was started with.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { MessagePortMain } from 'electron';
import { pack, unpack } from './packing.ts';

/** What goes over the channel: to the parent port, or to the port of that number. */
export type Relayed =
  | { readonly port?: undefined; readonly data: string; readonly ports?: readonly number[] }
  | { readonly port: number; readonly data?: string; readonly closed?: boolean };

export class Relay {
  readonly #ports = new Map<number, MessagePortMain>();
  readonly #child: ChildProcess;
  /** with the child's exit code */
  readonly ended: Promise<number>;

  /** @param words the file to run in the child, and its arguments; @param say takes what it posts to its parent port */
  constructor(words: readonly string[], stdio: StdioOptions & unknown[], say: (data: unknown) => void) {
    const { MODERATO_E2E_NODE: node = '', MODERATO_E2E_CHILD: file = '' } = process.env;
    this.#child = spawn(node, [file, ...words], {
      stdio: [...stdio, 'ipc'] as StdioOptions,
    });
    this.#child.on('message', (relayed: Relayed) => {
      if (relayed.port === undefined) return say(unpack(relayed.data));
      const own = this.#ports.get(relayed.port);
      if (relayed.closed === true) own?.close();
      else own?.postMessage(unpack(relayed.data ?? ''));
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        process.stderr.write(`relay: ${error.message}\n`);
        resolve(127);
      });
      this.#child.once('close', (code) => resolve(code ?? 128));
    });
  }

  /** Gives the child what came, with ports that stand for those that came along. */
  hand(data: unknown, ports: readonly MessagePortMain[] = []): void {
    const numbers = ports.map((port) => {
      const number = this.#ports.size + 1;
      this.#ports.set(number, port);
      port.on('message', (event) => this.#tell({ port: number, data: pack(event.data) }));
      port.on('close', () => this.#tell({ port: number, closed: true }));
      return number;
    });
    this.#tell({ data: pack(data), ports: numbers });
    for (const port of ports) port.start();
  }

  #tell(relayed: Relayed): void {
    if (this.#child.connected) this.#child.send(relayed, () => {});
  }
}

const { parentPort } = process;
if (parentPort) {
  const relay = new Relay(process.argv.slice(2), ['ignore', 'ignore', 'inherit'], (data) =>
    parentPort.postMessage(data),
  );
  parentPort.on('message', ({ data, ports }) => relay.hand(data, ports));
  void relay.ended.then((code) => process.exit(code));
}
