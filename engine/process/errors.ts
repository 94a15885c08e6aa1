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
 * What the desk is told about `error`. Errors of the numeric side carry `code`, `remedy`, `place`, `file` where they
 * know them; an abort is always `cancelled`.
 */
export function describeError(error: unknown): ErrorBody {
  if (!(error instanceof Error)) return { code: 'failed', message: cut(String(error)), remedy: DOCTOR };
  if (error.name === 'AbortError') return describeError(cancelled());
  const field = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const place = [field('file'), field('place')].filter((part) => part !== undefined).join(', ');
  return {
    code: field('code') ?? (error.name === 'Error' ? 'failed' : error.name),
    message: cut(error.message),
    remedy: cut(field('remedy') ?? DOCTOR),
    ...(place === '' ? {} : { place: cut(place) }),
  };
}

const DOCTOR = 'Run `moderato doctor` to see what works on this computer; if it happens again, report it.';

const cut = (text: string): string => (text.length <= 4000 ? text : `${text.slice(0, 4000)} …`);
