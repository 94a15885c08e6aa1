import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { driverName } from './driver.ts';
import { cleanedEnvironment } from './environment.ts';
import { INSTALL_AGAIN, libraryFolder, type Accelerator } from './library.ts';
import { Line, REPORT_FD, type Order } from './trial/report.ts';
import { theShell, type Shell } from '../process/shell.ts';

/** What became of a backend that was tried in a process of its own. */
export interface Trial {
  readonly accelerator: Accelerator;
  /** refused: it is here and must not be used. absent: no package, or no device that it could use */
  readonly status: 'works' | 'refused' | 'absent';
  readonly device?: string;
  readonly description?: string;
  /** driver with its version, where the system says */
  readonly driver?: string;
  /** computes on the processor behind a GPU's interface (llvmpipe, SwiftShader) */
  readonly software?: boolean;
  /** a sentence for people; absent where it works */
  readonly reason?: string;
  /** refused because it did not answer in time, which a busy machine may be the cause of */
  readonly timedOut?: boolean;
  /** largest difference from plain arithmetic over all checks, as a share of the largest value */
  readonly difference?: number;
  readonly seconds: number;
}

export interface TrialOptions {
  /** folder of the libraries instead of the installed package */
  readonly folder?: string;
  /** after so long without a further step the trial is ended and the backend refused */
  readonly timeoutMs?: number;
  /** passed on to the trial on top of the cleaned environment */
  readonly environment?: Readonly<Record<string, string>>;
  /** ends the trial at once */
  readonly signal?: AbortSignal;
}

/** For one step: a card for which there are only general kernels has each of them compiled by its driver, once. */
const TIMEOUT_MS = 20_000;
const ENTRY = fileURLToPath(new URL('./trial/main.ts', import.meta.url));
const NAMES: Readonly<Record<Accelerator, string>> = { cpu: 'CPU', cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' };

/**
 * Loads a backend in a throw-away process and holds what it computes against plain arithmetic. A crash, a hang, numbers
 * that are wrong or not finite: refused, with the reason. Throws the signal's reason when aborted.
 */
export async function tryBackend(accelerator: Accelerator, options: TrialOptions = {}): Promise<Trial> {
  const started = performance.now();
  options.signal?.throwIfAborted();
  const found = await verdict(accelerator, options);
  options.signal?.throwIfAborted();
  const driver = found.status === 'absent' ? undefined : driverName(accelerator);
  return {
    accelerator,
    ...found,
    ...(driver !== undefined && { driver }),
    seconds: (performance.now() - started) / 1000,
  };
}

type Verdict = Omit<Trial, 'accelerator' | 'driver' | 'seconds'>;

async function verdict(accelerator: Accelerator, options: TrialOptions): Promise<Verdict> {
  const folder = options.folder ?? libraryFolder(accelerator);
  if (folder === null)
    return {
      status: 'absent',
      reason: `No package of node-llama-cpp for ${NAMES[accelerator]} is installed on this machine (${process.platform} ${process.arch}).`,
    };
  const run = await runTrial({ accelerator, folder }, options);
  return judge(accelerator, run, options.timeoutMs ?? TIMEOUT_MS);
}

/** All that is known of a trial when its process is gone. */
interface Run {
  readonly lines: readonly Line[];
  /** how the process ended by itself, e.g. "was ended by SIGSEGV"; null where it ended well */
  readonly failure: string | null;
  readonly timedOut: boolean;
  /** last lines of what the native libraries printed */
  readonly lastWords: string;
}

/** More than any trial says; a library that floods its output must not fill our memory. */
const LIMITS = { report: 1 << 20, stderr: 1 << 14 } as const;

function runTrial(order: Order, options: TrialOptions): Promise<Run> {
  const shell = theShell();
  return shell === undefined ? inNodeChild(order, options) : throughShell(shell, order, options);
}

/** A failed assertion would call a debugger for a trace of its stack; the trial only has to end. */
const ASSERTIONS = { GGML_NO_BACKTRACE: '1' } as const;

function throughShell(shell: Shell, order: Order, options: TrialOptions): Promise<Run> {
  const { timeoutMs = TIMEOUT_MS, environment = {}, signal } = options;
  const child = shell.start('trial', {
    args: [JSON.stringify(order)],
    environment: { ...ASSERTIONS, ...environment },
  });
  const lines: Line[] = [];
  let lastWords = Buffer.alloc(0);
  const kill = (): void => child.kill();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  child.onMessage((message) => {
    timer.refresh();
    const parsed = Line.safeParse(message);
    if (parsed.success) lines.push(parsed.data);
  });
  child.onStderr((chunk) => (lastWords = Buffer.concat([lastWords, chunk]).subarray(-LIMITS.stderr)));
  signal?.addEventListener('abort', kill);
  return new Promise((resolve) =>
    child.onExit((how, well) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      resolve({ lines, failure: well ? null : how, timedOut, lastWords: lastLines(lastWords.toString()) });
    }),
  );
}

function inNodeChild(order: Order, { timeoutMs = TIMEOUT_MS, environment = {}, signal }: TrialOptions): Promise<Run> {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(order)], {
    env: cleanedEnvironment(process.env, { ...ASSERTIONS, ...environment }),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const report = tail(child.stdio[REPORT_FD] as Readable | null, LIMITS.report);
  const stderr = tail(child.stderr, LIMITS.stderr);
  const kill = (): void => void child.kill('SIGKILL');
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    kill();
  }, timeoutMs);
  child.stdio[REPORT_FD]?.on('data', () => timer.refresh());
  signal?.addEventListener('abort', kill);
  return new Promise((resolve) => {
    const end = (failure: string | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      resolve({ lines: parseLines(report()), failure, timedOut, lastWords: lastLines(stderr()) });
    };
    child.once('error', (error) => end(`could not be started (${error.message})`));
    child.once('exit', (code, killedBy) => {
      // A process that the driver left behind may hold the pipes open for ever.
      const drained = setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), 500);
      child.once('close', () => {
        clearTimeout(drained);
        end(killedBy !== null ? `was ended by ${killedBy}` : code !== 0 ? `ended with code ${code}` : null);
      });
    });
  });
}

/** Keeps the end of a stream. */
function tail(stream: Readable | null, limit: number): () => string {
  let kept = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => (kept = Buffer.concat([kept, chunk]).subarray(-limit)));
  stream?.on('error', () => {});
  return () => kept.toString();
}

/** Lines that are none of ours end the report: a process that broke may have written half of one. */
function parseLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (const json of text.split('\n')) {
    try {
      lines.push(Line.parse(JSON.parse(json)));
    } catch {
      break;
    }
  }
  return lines;
}

const lastLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-5)
    .join(' | ')
    .slice(-500);

function judge(accelerator: Accelerator, { lines, failure, timedOut, lastWords }: Run, timeoutMs: number): Verdict {
  const name = NAMES[accelerator];
  const last = <K extends Line['kind']>(kind: K) =>
    lines.findLast((line): line is Extract<Line, { kind: K }> => line.kind === kind);
  const device = last('device');
  const checks = lines.filter((line) => line.kind === 'check');
  const measured = checks.map(({ difference }) => difference).filter((difference) => difference !== null);
  const about = {
    ...(device && { device: device.name, description: device.description, software: device.software }),
    ...(measured.length > 0 && { difference: Math.max(...measured) }),
  };
  const refused = (reason: string): Verdict => ({ status: 'refused', ...about, reason });
  const step = last('step')?.step ?? 'starting';
  const instead = accelerator === 'cpu' ? INSTALL_AGAIN : 'Update the graphics driver; until then the CPU is used.';

  const wrong = checks.find(({ difference, tolerance }) => !(difference !== null && difference <= tolerance));
  if (wrong)
    return refused(
      wrong.difference === null
        ? `${name} computes numbers that are not finite in "${wrong.check}". ${instead}`
        : `${name} computes wrong numbers: "${wrong.check}" is off by ${percent(wrong.difference)} of the largest value, where ${percent(wrong.tolerance)} is allowed. ${instead}`,
    );
  if (timedOut) {
    const reason = `${name} did not answer within ${timeoutMs / 1000} s while ${step}. ${instead}`;
    return { ...refused(reason), timedOut };
  }
  if (failure !== null) {
    const said = lastWords === '' ? '' : ` Its last words: ${lastWords}`;
    return refused(`${name} crashed while ${step}: the process ${failure}. ${instead}${said}`);
  }
  const absent = last('absent');
  if (absent) return { status: 'absent', reason: absent.reason };
  const given = last('refused');
  if (given) return refused(given.reason);
  return last('done')
    ? { status: 'works', ...about }
    : refused(`${name} ended its trial early, while ${step}. ${instead}`);
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)}%`;
