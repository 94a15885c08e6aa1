import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** A tenth of a core beside somebody who wants all of it: with the least there is, opening a model would look like hanging. */
const WANTED = 10;

/** Whoever reviews goes first: this process works with less priority from now on. One that was started with less keeps it. */
export function giveWay(): void {
  if (getPriority() >= WANTED) return;
  if (process.platform === 'linux')
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), WANTED);
  else setPriority(WANTED);
}

/**
 * Of this thread alone, and of those that it starts. Linux alone knows a priority of threads: elsewhere it would be that of the
 * whole process, and nothing is changed.
 */
export function giveWayAlone(): void {
  if (process.platform === 'linux' && getPriority() < WANTED) setPriority(WANTED);
}
