/**
 * The engine's process as the desk sees it, and the two ways to start it: as a child of this process under Node, and in
 * the desktop program through its shell, which starts a utility process.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { ToEngine } from '../../engine/contract.ts';
import { cleanedEnvironment } from '../../engine/ggml/environment.ts';
import { theShell } from '../../engine/process/shell.ts';

/** One life of an engine process, from its start to its end. */
export interface EngineProcess {
  readonly pid: number | undefined;
  send(message: ToEngine): void;
  /** Messages as they arrive: unchecked. */
  onMessage(receive: (message: unknown) => void): void;
  /** What native libraries and the runtime print. */
  onStderr(receive: (chunk: Uint8Array) => void): void;
  /** Called once, after the last message; `how` completes "the engine …", e.g. "was ended by SIGSEGV". */
  onExit(exited: (how: string) => void): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export type SpawnEngine = () => EngineProcess;

/** Graphs are computed on libuv's threads, one for each lane (engine/ggml/lanes.ts), beside files; four are its default. */
const UV_THREADPOOL_SIZE = String(availableParallelism() + 4);

/** After its end a process's last output is waited for this long: a grandchild may hold the pipe open for ever. */
const DRAIN_MS = 250;

/** The engines that there are, by their entry files. */
const NODE_ENTRIES = {
  engine: new URL('../../engine/main.ts', import.meta.url),
  opinions: new URL('../../engine/opinion/main.ts', import.meta.url),
} as const;

/** Starts engines as this program does here: through the shell where there is one, else as children. */
export function ownEngine(which: keyof typeof NODE_ENTRIES): SpawnEngine {
  const shell = theShell();
  return shell === undefined
    ? nodeEngine(NODE_ENTRIES[which])
    : () => shell.start(which, { environment: { UV_THREADPOOL_SIZE } });
}

/**
 * Starts engines as Node child processes.
 * `entry` is the engine's entry file. `environment` is added to the cleaned environment (for tests and drivers).
 */
export function nodeEngine(entry: URL, environment: Readonly<Record<string, string>> = {}): SpawnEngine {
  return () => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      // The desk's own flags (an inspector, a test runner's hooks) are not the engine's.
      execArgv: [],
      env: cleanedEnvironment(process.env, { UV_THREADPOOL_SIZE, ...environment }),
      // Standard output may be the rows that the command line writes: nothing of the engine's may land there.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    });
    return {
      pid: child.pid,
      // A dead channel is heard of through `onExit`.
      send: (message) => void child.send(message, () => {}),
      onMessage: (receive) => child.on('message', receive),
      onStderr: (receive) => child.stderr?.on('data', receive),
      onExit: (exited) => {
        let told = false;
        const tell = (how: string): void => {
          if (!told) exited(how);
          told = true;
        };
        child.once('error', (error) => tell(`could not be started (${error.message})`));
        child.once('exit', (code, signal) => {
          const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
          child.once('close', () => tell(how));
          setTimeout(() => tell(how), DRAIN_MS);
        });
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
