import { getPriority, setPriority } from 'node:os';

/** A quarter of a core beside somebody who wants all of it: with much less, opening a model would look like hanging. */
const WANTED = 5;

/**
 * Whoever reviews goes first. Of the process; on Linux of this thread alone, and of those that it starts from now on. One that
 * was started with less priority keeps it.
 */
export function giveWay(): void {
  if (getPriority() < WANTED) setPriority(WANTED);
}
