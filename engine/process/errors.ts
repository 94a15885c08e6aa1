/** Errors of the engine on their way to the desk: any thrown value becomes {code, message, remedy, place?}. */
import type { ErrorBody } from '../contract.ts';

/** An error that the message loop itself raises. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

export function cancelled(): EngineError {
  return new EngineError('cancelled', 'The call was cancelled.', 'Start it again when you want to.');
}

/**
 * What the desk is told about `error`. Errors of the numeric side carry `remedy`, `place`, `file` where they know them,
 * or say it all in their message; an abort is always `cancelled`.
 */
export function describeError(error: unknown): ErrorBody {
  if (!(error instanceof Error)) return { code: 'failed', message: cut(String(error)), remedy: DOCTOR };
  if (error.name === 'AbortError') return describeError(cancelled());
  const field = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const code = field('code');
  const file = field('file') ?? field('source') ?? field('path');
  const place = [file, field('place')].filter((part) => part !== undefined).join(', ');
  const remedy =
    field('remedy') ??
    (code !== undefined && file !== undefined ? CHECK_FILE : SURPRISES.has(error.name) ? DOCTOR : '');
  // Some errors end with their remedy, so that they are whole when printed alone; it travels once.
  const message =
    remedy !== '' && error.message.endsWith(remedy) ? error.message.slice(0, -remedy.length).trim() : error.message;
  return {
    code: code ?? (error.name === 'Error' ? 'failed' : error.name),
    message: cut(message),
    remedy: cut(remedy),
    ...(place === '' ? {} : { place: cut(place) }),
  };
}

/** Names of errors that nobody wrote a sentence for. */
const SURPRISES: ReadonlySet<string> = new Set([
  'Error',
  'TypeError',
  'ReferenceError',
  'SyntaxError',
  'AssertionError',
]);

const DOCTOR = 'Run `moderato doctor` to see what works on this computer; if it happens again, report it.';
const CHECK_FILE = 'Check that the file is there and that you may read it.';

const cut = (text: string): string => (text.length <= 4000 ? text : `${text.slice(0, 4000)} …`);
