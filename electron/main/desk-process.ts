/** The desk's process: started once, started again when it dies, with a port for every window. */
import { fileURLToPath } from 'node:url';
import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import { z } from 'zod';
import { cleanedEnvironment } from '../../engine/ggml/environment.ts';
import type { FromDesk } from '../../desk/main.ts';
import { Children, kill } from './children.ts';

const Said = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('workspace'), path: z.string().nullable() }),
  z.object({ kind: z.literal('busy'), busy: z.boolean() }),
]) satisfies z.ZodType<FromDesk>;

const ENTRY = new URL('../../desk/main.ts', import.meta.url);
/** A desk that dies more often than this within `MINUTE` dies of what it opens; somebody has to say what now. */
const DEATHS = 3;
const MINUTE = 60_000;
/** What a desk still writes when it is told to end is a matter of milliseconds; a full disk may hold it up. */
const CLOSING_MS = 10_000;

export interface DeskHooks {
  /** path of what the first window will open */
  readonly first: string | null;
  /** another workspace is open, or none */
  readonly onWorkspace: (path: string | null) => void;
}

export class DeskProcess {
  readonly #hooks: DeskHooks;
  #child: UtilityProcess | undefined;
  #deaths: number[] = [];
  #closing: Promise<void> | undefined;
  #workspace: string | null = null;
  /** told when a new desk is there, or when desks die so often that none is started */
  onRestart: () => void = () => {};
  onHopeless: () => void = () => {};
  onBusy: (busy: boolean) => void = () => {};

  constructor(hooks: DeskHooks) {
    this.#hooks = hooks;
    this.start(hooks.first);
  }

  /** Path of what is open; stays what it was when the desk dies, so that it can be opened again. */
  get workspace(): string | null {
    return this.#workspace;
  }

  /** A port to the desk, for one window. */
  connect(): MessagePortMain {
    const { port1, port2 } = new MessageChannelMain();
    this.#child?.postMessage({ kind: 'window' }, [port1]);
    return port2;
  }

  /** The computer sleeps, or its screen is locked: the desk locks an encrypted workspace, if that is wanted. */
  suspend(): void {
    this.#child?.postMessage({ kind: 'suspend' });
  }

  /** @param opens path of what it opens at once, while a window is made; one that it refuses waits for the window, to be refused there */
  start(opens: string | null = null): void {
    const child = utilityProcess.fork(fileURLToPath(ENTRY), [], {
      serviceName: 'Moderato desk',
      env: cleanedEnvironment(process.env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#child = child;
    if (opens !== null) child.postMessage({ kind: 'open', path: opens });
    const children = new Children((message, ports) => child.postMessage(message, ports));
    child.on('message', (message: unknown) => {
      children.receive(message);
      const said = Said.safeParse(message);
      if (!said.success) return;
      if (said.data.kind === 'busy') return this.onBusy(said.data.busy);
      this.#workspace = said.data.path;
      this.#hooks.onWorkspace(said.data.path);
    });
    child.once('exit', () => {
      children.killAll();
      if (this.#closing !== undefined) return;
      this.onBusy(false);
      const now = performance.now();
      this.#deaths = [...this.#deaths.filter((then) => now - then < MINUTE), now];
      this.#child = undefined;
      if (this.#deaths.length > DEATHS) return this.onHopeless();
      this.start();
      this.onRestart();
    });
  }

  /** Starts one again after `onHopeless`, without opening what the others died of. */
  startEmpty(): void {
    this.#deaths = [];
    this.#workspace = null;
    this.start();
    this.onRestart();
  }

  /** Ends it once all that was handed over is written. Whoever asks again meanwhile waits for the same end. */
  async close(): Promise<void> {
    await (this.#closing ??= this.#end());
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.postMessage({ kind: 'close' });
    const late = setTimeout(() => kill(child), CLOSING_MS);
    await ended;
    clearTimeout(late);
  }
}
