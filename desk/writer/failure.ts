/** Errors on their way between threads. */
import { DeskError } from '../errors.ts';
import { WorkspaceError } from '../store/errors.ts';
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
