/** Errors on their way between threads. */
import { basename } from 'node:path';
import { DeskError } from '../errors.ts';
import { WorkspaceError, toWorkspaceError } from '../store/errors.ts';
import type { Failure } from './protocol.ts';

export function describe(error: unknown): Failure {
  if (error instanceof WorkspaceError)
    return { of: 'workspace', problem: error.kind, message: error.message, remedy: error.remedy };
  if (error instanceof DeskError)
    return { of: 'desk', problem: error.kind, message: error.message, remedy: error.remedy };
  return { of: 'program', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** @param path of the workspace file */
export function revive(failure: Failure, path: string): Error {
  switch (failure.of) {
    case 'workspace':
      return new WorkspaceError(failure.problem, path, failure.message, failure.remedy);
    case 'desk':
      return new DeskError(failure.problem, failure.message, failure.remedy);
    case 'program':
      return new Error(failure.message);
  }
}

/**
 * What whoever asks the thread that writes is told when that is gone.
 * @param path of the workspace file
 * @param cause what ended it, where that is known
 */
export function writerGone(path: string, cause?: unknown): WorkspaceError {
  const known = toWorkspaceError(cause, path);
  if (known instanceof WorkspaceError) return known;
  return new WorkspaceError(
    'storage',
    path,
    `The part of Moderato that writes ${basename(path)} has stopped. What was already saved is kept.`,
    'Close the workspace and open it again, then go on.',
    cause,
  );
}
