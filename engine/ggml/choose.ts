import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EXPECTED } from './abi.ts';
import { driverIdentity } from './driver.ts';
import { libraryFolder, type Accelerator } from './library.ts';
import { tryBackend, type Trial, type TrialOptions } from './trial.ts';

/** One that did not answer in time may have met a busy machine; one that did so twice is not waited for again. */
const TIMEOUTS = 2;

/** Faster ones first; the CPU is what remains. */
const BY_SPEED = ['cuda', 'metal', 'vulkan'] as const satisfies readonly Accelerator[];

/** A verdict on one accelerator, kept until the libraries or a driver change. */
const Verdict = z.strictObject({
  status: z.enum(['works', 'refused', 'absent']),
  description: z.string().exactOptional(),
  software: z.boolean().exactOptional(),
  reason: z.string().exactOptional(),
  /** trials in a row that did not answer in time */
  timeouts: z.int().min(1).exactOptional(),
});
export type Verdict = Readonly<z.infer<typeof Verdict>>;
const Memory = z.record(z.string(), Verdict);

export interface ChooseOptions extends Omit<TrialOptions, 'folder'> {
  /** How an accelerator is tried; a test gives its own. */
  readonly attempt?: (accelerator: Accelerator, options: TrialOptions) => Promise<Trial>;
  /** Whether its libraries are there. */
  readonly installed?: (accelerator: Accelerator) => boolean;
  /** What names the drivers and devices of this machine. */
  readonly identity?: () => string;
}

/**
 * The backend for 'auto': the first of CUDA, Metal and Vulkan that works here and is a real GPU, else the CPU. Each is
 * tried once, in a process of its own, and the verdict is kept in `memoryFile`: what crashed is not tried again until
 * the libraries, a driver or the hardware change, what did not answer in time once more. A file that cannot be read costs another trial, no more.
 */
export async function chooseAccelerator(memoryFile?: string, options: ChooseOptions = {}): Promise<Accelerator> {
  const {
    attempt = tryBackend,
    installed = (accelerator) => libraryFolder(accelerator) !== null,
    identity = driverIdentity,
    ...trial
  } = options;
  const drivers = identity();
  for (const accelerator of BY_SPEED) {
    if (!installed(accelerator)) continue;
    const key = keyOf(accelerator, drivers);
    let verdict = recall(memoryFile)[key];
    const before = verdict?.timeouts ?? 0;
    if (verdict === undefined || (before > 0 && before < TIMEOUTS)) {
      verdict = verdictOf(await attempt(accelerator, trial), before);
      remember(memoryFile, key, verdict);
    }
    if (verdict.status === 'works' && verdict.software !== true) return accelerator;
  }
  return 'cpu';
}

/** The file of verdicts that stands beside what else was measured on this machine. */
export const verdictsBeside = (calibrationFile: string): string => join(dirname(calibrationFile), 'backends.json');

/** Keeps what `doctor --verify` found, so that the next start builds on it instead of an older verdict. */
export function rememberTrials(memoryFile: string, trials: readonly Trial[]): void {
  const drivers = driverIdentity();
  for (const trial of trials)
    if (trial.accelerator !== 'cpu')
      remember(memoryFile, keyOf(trial.accelerator, drivers), verdictOf(trial, TIMEOUTS));
}

const keyOf = (accelerator: Accelerator, drivers: string): string =>
  `${accelerator} ${EXPECTED.version} ${EXPECTED.commit} ${createHash('sha256').update(drivers).digest('hex').slice(0, 16)}`;

const verdictOf = ({ status, description, software, reason, timedOut }: Trial, timeoutsBefore: number): Verdict => ({
  status,
  ...(timedOut && { timeouts: timeoutsBefore + 1 }),
  ...(description !== undefined && { description }),
  ...(software !== undefined && { software }),
  ...(reason !== undefined && { reason }),
});

function recall(memoryFile: string | undefined): Readonly<Record<string, Verdict>> {
  if (memoryFile === undefined) return {};
  try {
    return Memory.parse(JSON.parse(readFileSync(memoryFile, 'utf8')));
  } catch {
    return {};
  }
}

function remember(memoryFile: string | undefined, key: string, verdict: Verdict): void {
  if (memoryFile === undefined) return;
  try {
    mkdirSync(dirname(memoryFile), { recursive: true });
    const fresh = `${memoryFile}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify({ ...recall(memoryFile), [key]: verdict }, null, 2)}\n`);
    renameSync(fresh, memoryFile);
  } catch {
    // A full or read-only disk must not stop the work; the next start tries again.
  }
}
