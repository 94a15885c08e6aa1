/**
 * How a part of the desktop program starts a process. There it is a utility process of Electron's, and those only the
 * shell (electron/main) can start: it is asked, and hands both ends a port, so that what the two say to each other does
 * not go through the shell. Under Node nobody is asked: `theShell` gives undefined.
 */
import { z } from 'zod';
import type { ParentPort, Port } from './transport.ts';

/** What can be started: the shell knows which file each of them is, and starts nothing else. */
export const ENTRIES = ['engine', 'opinions', 'trial'] as const;
export type Entry = (typeof ENTRIES)[number];

const id = z.int().min(1);

/** What a process that may start others says to the shell. */
export const ToShell = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('start'),
    id,
    entry: z.enum(ENTRIES),
    args: z.array(z.string()).max(1),
    /** on top of the cleaned environment of the shell: what ggml and libuv are told, and nothing else */
    environment: z.record(z.string().regex(/^(GGML_[A-Z_]+|UV_THREADPOOL_SIZE)$/), z.string()),
  }),
  z.strictObject({ kind: z.literal('kill'), id }),
]);
export type ToShell = z.infer<typeof ToShell>;

/** What the shell answers. With `started` comes the port. */
export const FromShell = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('started'), id, pid: z.int().optional() }),
  z.strictObject({ kind: z.literal('stderr'), id, chunk: z.instanceof(Uint8Array) }),
  /** `how` completes "the engine …" */
  z.strictObject({ kind: z.literal('ended'), id, how: z.string(), well: z.boolean() }),
]);
export type FromShell = z.infer<typeof FromShell>;

/** A process that the shell started. */
export interface ShellChild {
  readonly pid: number | undefined;
  send(message: unknown): void;
  /** Messages as they arrive: unchecked. */
  onMessage(receive: (message: unknown) => void): void;
  onStderr(receive: (chunk: Uint8Array) => void): void;
  /** Called once, after the last message; `how` completes "the engine …"; `well`: it ended by itself, with code 0. */
  onExit(exited: (how: string, well: boolean) => void): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** After a process's end its last messages, which come another way than the news of it, are waited for this long. */
const DRAIN_MS = 250;

/** The shell, as whoever asks it sees it. */
export class Shell {
  readonly #say: (message: ToShell) => void;
  readonly #children = new Map<number, (message: FromShell, port: Port | undefined) => void>();
  #nextId = 1;

  constructor(say: (message: ToShell) => void) {
    this.#say = say;
  }

  /** Takes what comes from the shell; what is none of this is left to others. */
  receive(message: unknown, port: Port | undefined): void {
    const parsed = FromShell.safeParse(message);
    if (parsed.success) this.#children.get(parsed.data.id)?.(parsed.data, port);
  }

  start(entry: Entry, { args = [], environment = {} }: StartOptions = {}): ShellChild {
    const childId = this.#nextId++;
    const wire = Promise.withResolvers<Port>();
    const ended = Promise.withResolvers<{ how: string; well: boolean }>();
    const stderr: Array<(chunk: Uint8Array) => void> = [];
    let pid: number | undefined;
    this.#children.set(childId, (message, port) => {
      if (message.kind === 'stderr') for (const receive of stderr) receive(message.chunk);
      else if (message.kind === 'started') {
        pid = message.pid;
        if (port !== undefined) wire.resolve(port);
      } else {
        this.#children.delete(childId);
        ended.resolve(message);
      }
    });
    this.#say({ kind: 'start', id: childId, entry, args: [...args], environment: { ...environment } });
    const closed = wire.promise.then((port) => new Promise<void>((resolve) => port.on('close', resolve)));
    return {
      get pid() {
        return pid;
      },
      send: (message) => void wire.promise.then((port) => port.postMessage(message)),
      onMessage: (receive) =>
        void wire.promise.then((port) => {
          port.on('message', ({ data }) => receive(data));
          port.start();
        }),
      onStderr: (receive) => void stderr.push(receive),
      onExit: (exited) =>
        void ended.promise.then(async ({ how, well }) => {
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
          exited(how, well);
        }),
      kill: () => this.#say({ kind: 'kill', id: childId }),
    };
  }
}

let shell: Shell | undefined;

/** For the command line of the packaged program, which runs in the shell's own process. */
export function useShell(own: Shell): void {
  shell = own;
}

/** The shell of the desktop program that this process is a part of; undefined under Node. */
export function theShell(
  { parentPort }: { readonly parentPort?: ParentPort } = process as { readonly parentPort?: ParentPort },
): Shell | undefined {
  if (shell !== undefined || parentPort === undefined) return shell;
  const asked = new Shell((message) => parentPort.postMessage(message));
  parentPort.on('message', ({ data, ports: [port] }) => asked.receive(data, port));
  return (shell = asked);
}
