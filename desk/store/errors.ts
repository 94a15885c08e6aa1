import { basename } from 'node:path';

/**
 * What can be wrong with a workspace file, as far as a caller treats it differently.
 * `altered`: the tables are not those that the migrations make. `storage`: the disk itself failed.
 */
export type WorkspaceProblem =
  | 'missing'
  | 'exists'
  | 'not-a-workspace'
  | 'newer-version'
  | 'altered'
  | 'corrupt'
  | 'encrypted'
  | 'wrong-secret'
  | 'in-use'
  | 'locked'
  | 'read-only'
  | 'disk-full'
  | 'storage';

/** A workspace that cannot be used: the message says what failed, `remedy` what to do now. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly kind: WorkspaceProblem;
  readonly file: string;
  readonly remedy: string;

  constructor(kind: WorkspaceProblem, file: string, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.file = file;
    this.remedy = remedy;
  }
}

/** The code of an error that came out of SQLite, also after it crossed a thread; undefined for any other error. */
function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

/**
 * Turns an error of SQLite into one for people; any other error comes back as it is.
 * @param path the workspace file the error is about
 */
export function toWorkspaceError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined || error instanceof WorkspaceError) return error;
  const name = basename(path);
  const make = (kind: WorkspaceProblem, message: string, remedy: string): WorkspaceError =>
    new WorkspaceError(kind, path, message, remedy, error);
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_WRITE' || code.startsWith('SQLITE_IOERR_SHM')) {
    return make(
      'disk-full',
      `There is no room left on the disk that holds ${name}. What was already saved is kept.`,
      'Free some space, then run the same command again: it goes on where it stopped.',
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return make(
      'locked',
      `Another program is writing to ${name} and did not finish in time.`,
      'Close the other Moderato window or wait until its import is done, then try again.',
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code.startsWith('SQLITE_CANTOPEN')) {
    return make(
      'read-only',
      `${name} cannot be written where it is.`,
      'Moderato needs to write to the file and beside it: move it to a folder of your own, or change the permissions.',
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return make(
      'corrupt',
      `${name} is damaged: ${error instanceof Error ? error.message : code}.`,
      'Keep the file as it is and go on with your last copy of it.',
    );
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return make(
      'storage',
      `The disk that holds ${name} reported an error (${code}). What was already saved is kept.`,
      'Check the disk or the network drive, then try again with the workspace on a local disk.',
    );
  }
  return error;
}
