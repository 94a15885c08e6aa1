/**
 * node-llama-cpp tries its library in a Node child before it loads it. The packaged program can start no Node child: its
 * RunAsNode fuse is off, so `fork` would open a second window. Nor need it: a backend was tried before it is used
 * (ggml/trial.ts), and the engine is itself a process that may die. So the child's part is answered here.
 */
import childProcess from 'node:child_process';
import { EventEmitter } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';

/** From now on `fork` of this process answers such tests, and refuses all else. */
export function answerBindingTests(): void {
  const fork = (path: unknown, _args: unknown, options?: { readonly env?: NodeJS.ProcessEnv }): EventEmitter => {
    if (options?.env?.['TEST_BINDING_CP'] === 'true') return new PassedTest();
    throw new Error(`The packaged program can't start ${String(path)}: report it.`);
  };
  childProcess.fork = fork as unknown as typeof childProcess.fork;
  syncBuiltinESMExports();
}

/** What each message of the test is answered with by a child in which all is well. */
const ANSWERS: Readonly<Record<string, string>> = { start: 'loaded', test: 'done' };

class PassedTest extends EventEmitter {
  readonly stdout = null;
  readonly stderr = null;
  exitCode: number | null = null;

  constructor() {
    super();
    setImmediate(() => this.emit('message', { type: 'ready' }));
  }

  send({ type }: { readonly type: string }): void {
    const answer = ANSWERS[type];
    if (answer !== undefined) setImmediate(() => this.emit('message', { type: answer }));
    else this.kill();
  }

  kill(): void {
    if (this.exitCode !== null) return;
    this.exitCode = 0;
    setImmediate(() => this.emit('exit', 0));
  }
}
