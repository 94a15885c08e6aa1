/**
 * The desk as a process of the desktop program. Its shell starts it, hands it a port for every window, and says when to
 * lock and when to end; the command line has the desk in its own process instead (cli/desk.ts).
 */
import { z } from 'zod';
import { Desk } from './desk.ts';
import { answerPort } from './door/port.ts';
import { ownEngine } from './engine/process.ts';
import { ownBackends } from './models/own-backends.ts';
import { places } from './models/places.ts';
import { Supervisor } from './supervisor.ts';
import type { ParentPort } from '../engine/process/transport.ts';

/** What the shell says. Other messages are answers to what was asked of it (engine/process/shell.ts). */
const ToDesk = z.discriminatedUnion('kind', [
  /** comes with a port */
  z.object({ kind: z.literal('window') }),
  /** what a window will ask for: opened while that is made */
  z.object({ kind: z.literal('open'), path: z.string() }),
  z.object({ kind: z.literal('suspend') }),
  z.object({ kind: z.literal('close') }),
]);

/** What the desk says to the shell without being asked. */
export type FromDesk =
  | { readonly kind: 'workspace'; readonly path: string | null }
  /** what a job does goes on while nobody touches the computer */
  | { readonly kind: 'busy'; readonly busy: boolean };

const { parentPort } = process as { readonly parentPort?: ParentPort };
if (parentPort === undefined)
  throw new Error('The desk was started without its shell. It is a part of Moderato: start that, or run `moderato`.');
const tell = (message: FromDesk): void => parentPort.postMessage(message);

const supervisor = new Supervisor(ownEngine('engine'), {
  ...ownBackends(places()),
  onNotice: ({ kind, message }) => {
    if (kind !== 'log') desk.tell({ kind: 'notice', message });
  },
});
const desk = new Desk({ places: places(), supervisor, spawnOpinions: ownEngine('opinions') });

const running = new Set<number>();
desk.listen((event) => {
  if (event.kind === 'state') tell({ kind: 'workspace', path: event.state.open ? event.state.path : null });
  if (event.kind !== 'job') return;
  if (event.job.state === 'running') running.add(event.job.id);
  else running.delete(event.job.id);
  tell({ kind: 'busy', busy: running.size > 0 });
});

parentPort.on('message', ({ data, ports: [port] }) => {
  const parsed = ToDesk.safeParse(data);
  if (!parsed.success) return;
  switch (parsed.data.kind) {
    case 'window':
      if (port !== undefined) answerPort(desk, port);
      return;
    case 'open':
      desk.open(parsed.data.path, 'never').then(
        () => desk.tell({ kind: 'state', state: desk.state() }),
        // A window asks for it once more, and hears why it is refused.
        () => {},
      );
      return;
    case 'suspend':
      desk.suspend().catch(() => {});
      return;
    case 'close':
      void close();
  }
});

async function close(): Promise<void> {
  try {
    await desk[Symbol.asyncDispose]();
    await supervisor[Symbol.asyncDispose]();
  } finally {
    process.exit(0);
  }
}
