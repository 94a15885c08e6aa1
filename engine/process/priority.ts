import { constants, getPriority, setPriority } from 'node:os';

/**
 * Whoever reviews goes first. Of the process; on Linux of this thread alone, and of those that it starts from now on. One that
 * was started with less priority keeps it.
 */
export function giveWay(): void {
  const { PRIORITY_BELOW_NORMAL: wanted } = constants.priority;
  if (getPriority() < wanted) setPriority(wanted);
}
