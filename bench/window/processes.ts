/** Processes beside the bench: one that is busy, and what those of a program hold in memory. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that keeps a core busy until it is disposed of. */
export function busyCore(): Disposable {
  const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

/** Megabytes that these processes hold together, what they share counted once (Linux; null elsewhere). */
export function residentMegabytes(pids: readonly number[]): number | null {
  const each = pids.map((pid) => {
    try {
      return proportionalKilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    } catch {
      return null;
    }
  });
  const known = each.filter((kilobytes) => kilobytes !== null);
  return known.length === 0 ? null : known.reduce((sum, kilobytes) => sum + kilobytes, 0) / 1024;
}

/** Of /proc/PID/smaps_rollup: what a process has for itself, and its part of what it shares. */
export function proportionalKilobytes(rollup: string): number | null {
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(rollup) ?? [];
  return kilobytes === undefined ? null : Number(kilobytes);
}
