/** In the child with Node 24: what a utility process finds in Electron, over the channel to relay.ts. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { pack, unpack } from './packing.ts';
import type { Relayed } from './relay.ts';

const send = process.send?.bind(process);
const say = (relayed: Relayed): void => {
  if (process.connected) send?.(relayed, undefined, undefined, () => {});
};

interface PortEvent {
  readonly data: unknown;
  readonly ports: readonly Port[];
}

/** As Electron's: what arrives waits until it is started. */
class Port extends EventEmitter {
  readonly #waiting: PortEvent[] = [];
  #flowing = false;
  readonly #number: number | undefined;

  constructor(number?: number) {
    super();
    this.#number = number;
  }

  postMessage(data: unknown): void {
    const packed = pack(data);
    say(this.#number === undefined ? { data: packed } : { port: this.#number, data: packed });
  }

  start(): void {
    this.#flowing = true;
    for (const event of this.#waiting.splice(0)) this.emit('message', event);
  }

  take(event: PortEvent): void {
    if (this.#flowing) this.emit('message', event);
    else this.#waiting.push(event);
  }

  close(): void {
    if (this.#number !== undefined) say({ port: this.#number, closed: true });
  }
}

const ports = new Map<number, Port>();
const parentPort = new Port();
// The one that is never started by hand: it flows once somebody listens.
parentPort.on('newListener', (event) => {
  if (event === 'message') setImmediate(() => parentPort.start());
});
process.on('message', (relayed: Relayed) => {
  if (relayed.port === undefined) {
    const handed = (relayed.ports ?? []).map((number) => {
      const port = new Port(number);
      ports.set(number, port);
      return port;
    });
    parentPort.take({ data: unpack(relayed.data), ports: handed });
  } else if (relayed.closed === true) ports.get(relayed.port)?.emit('close');
  else ports.get(relayed.port)?.take({ data: unpack(relayed.data ?? ''), ports: [] });
});
// A utility process whose shell is gone is ended by Electron.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

Object.assign(process, { parentPort, send: undefined });
const [asked = '', ...args] = process.argv.slice(2);
// This Node reads no archives: the packaged program's files lie in a folder, too.
const { MODERATO_E2E_EXTRACTED: extracted } = process.env;
const entry = extracted === undefined ? asked : asked.replace(/^.*(?=\/app\.asar\/)/, extracted);
// As Electron does it: a `.node` file of the archive is loaded from beside it.
if (extracted !== undefined) {
  const load = process.dlopen.bind(process);
  process.dlopen = (module: object, path: string, ...flags: []) =>
    load(module, path.replace('/app.asar/', '/app.asar.unpacked/'), ...flags);
}
process.argv = [process.execPath, entry, ...args];
await import(pathToFileURL(entry).href);
// A verb ends when it has nothing left to do; the others when they are told to.
if (asked.includes('/cli/')) process.channel?.unref();
