/** Peak memory of another process between two moments (Linux; null elsewhere). */
import { readFileSync, writeFileSync } from 'node:fs';

/** Begins to count anew. */
export function resetPeak(pid: number | undefined): void {
  try {
    // proc(5): 5 sets the peak resident size to what is resident now.
    if (pid !== undefined) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Without it the peak is that of the whole run, loading included.
  }
}

/** Megabytes that were resident at most since then. */
export function peakMegabytes(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
