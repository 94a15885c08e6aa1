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
