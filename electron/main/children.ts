/**
 * Processes that the desk or an engine asks for (engine/process/shell.ts): a fixed list of entry files, each a utility
 * process that gets a port to whoever asked. What they say to each other does not come through here.
 */
import { fileURLToPath } from 'node:url';
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { cleanedEnvironment } from '../../engine/ggml/environment.ts';
import { ToShell, type Entry, type FromShell } from '../../engine/process/shell.ts';
import { WIRE } from '../../engine/process/transport.ts';

const ENTRIES: Readonly<Record<Entry, URL>> = {
  engine: new URL('../../engine/main.ts', import.meta.url),
  opinions: new URL('../../engine/opinion/main.ts', import.meta.url),
  trial: new URL('../../engine/ggml/trial/main.ts', import.meta.url),
};

/** Names by which a system's list of processes shows them. */
const NAMES: Readonly<Record<Entry, string>> = {
  engine: 'Moderato engine',
  opinions: 'Moderato opinions',
  trial: 'Moderato backend trial',
};

/** Those of one parent: they end when it does. */
export class Children {
  readonly #reply: (message: FromShell, ports: MessagePortMain[]) => void;
  readonly #running = new Map<number, UtilityProcess>();

  constructor(reply: (message: FromShell, ports: MessagePortMain[]) => void) {
    this.#reply = reply;
  }

  /** Takes what the parent says; what is none of this is left to others. */
  receive(message: unknown): void {
    const parsed = ToShell.safeParse(message);
    if (!parsed.success) return;
    if (parsed.data.kind === 'start') this.#start(parsed.data);
    else kill(this.#running.get(parsed.data.id));
  }

  killAll(): void {
    for (const child of this.#running.values()) kill(child);
  }

  #start({ id, entry, args, environment }: Extract<ToShell, { kind: 'start' }>): void {
    const child = utilityProcess.fork(fileURLToPath(ENTRIES[entry]), args, {
      serviceName: NAMES[entry],
      env: cleanedEnvironment(process.env, environment),
      // Standard output may be the rows that the command line writes: nothing of an engine's may land there.
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#running.set(id, child);
    const own = new Children((message, ports) => child.postMessage(message, ports));
    child.on('message', (message: unknown) => own.receive(message));
    child.stderr?.on('data', (chunk: Buffer) => this.#reply({ kind: 'stderr', id, chunk: new Uint8Array(chunk) }, []));
    child.once('spawn', () => {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage(WIRE, [port1]);
      this.#reply({ kind: 'started', id, ...(child.pid !== undefined && { pid: child.pid }) }, [port2]);
    });
    child.once('exit', (code) => {
      this.#running.delete(id);
      own.killAll();
      this.#reply({ kind: 'ended', id, how: `ended with code ${code}`, well: code === 0 }, []);
    });
  }
}

/** At once: an engine whose driver never returns hears nothing gentler. */
export function kill(child: UtilityProcess | undefined): void {
  if (child?.pid !== undefined) process.kill(child.pid, 'SIGKILL');
}
