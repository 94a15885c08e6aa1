/** Why something failed, in words: the system's own sentence stands in the middle of a code, a call and a path. */
import { getSystemErrorMessage } from 'node:util';

/** A clause without a full stop, for use inside a sentence, such as "no such file or directory". */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const known = 'errno' in thrown && typeof thrown.errno === 'number' ? getSystemErrorMessage(thrown.errno) : undefined;
  return known ?? thrown.message;
}

/** The same as a sentence of its own. */
export function sentenceOf(thrown: unknown): string {
  const reason = reasonOf(thrown);
  const sentence = `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** What to do where the system's own sentence says enough of what is wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  EACCES: 'Check the permissions, or choose another place.',
  EPERM: 'Check the permissions, or choose another place.',
  EROFS: 'The disk is read-only; choose another place.',
  ENOSPC: 'Free some space, then run it again.',
  EDQUOT: 'Your quota on this disk is used up; free some space, then run it again.',
  EISDIR: 'Name a file, not a folder.',
  ENOTDIR: 'Check the path: a part of it is a file.',
  EADDRINUSE: 'Another program has that port; leave it out, or name another.',
};

/** An error of the system that nobody foresaw, for people: which file, why, and what to do. Null for any other error. */
export function systemProblem(error: Error): { readonly message: string; readonly remedy: string } | null {
  const { code, path } = error as NodeJS.ErrnoException;
  const remedy = code === undefined ? undefined : REMEDIES[code];
  if (remedy === undefined) return null;
  return { message: path === undefined ? sentenceOf(error) : `${path}: ${reasonOf(error)}.`, remedy };
}
