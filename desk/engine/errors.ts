/** How an engine's call can end badly, one class per kind that a caller treats differently. */
import type { ErrorBody } from '../../engine/contract.ts';

/** The engine refused or failed the call and is well: bad input, a missing file, a cancel. Repeating it changes nothing. */
export class EngineCallError extends Error {
  override readonly name = 'EngineCallError';
  /** e.g. `cancelled`, `bad-message`, `ENOENT` */
  readonly code: string;
  readonly remedy: string;
  readonly place: string | undefined;

  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.remedy = body.remedy;
    this.place = body.place;
  }
}

export const cancelled = (): EngineCallError =>
  new EngineCallError({ code: 'cancelled', message: 'Cancelled.', remedy: 'Start it again when you want to.' });

/** The engine ended (or was ended) while a call was open. Inside the desk only: the supervisor decides what follows. */
export class EngineDied extends Error {
  override readonly name = 'EngineDied';
  /** completes "the engine …" */
  readonly how: string;
  /** the last 4 kB that it printed */
  readonly stderr: string;
  /** whether this very call was running; a call that only waited behind it is not to blame */
  readonly blamed: boolean;

  constructor(how: string, stderr: string, blamed: boolean) {
    super(`The engine ${how}.`);
    this.how = how;
    this.stderr = stderr;
    this.blamed = blamed;
  }
}

/** The engine died again and again, on every backend that was left. */
export class EngineFailed extends Error {
  override readonly name = 'EngineFailed';
  readonly remedy: string;
  readonly stderr: string;

  constructor(what: string, death: EngineDied) {
    const tail = death.stderr.trim();
    super(`${what}: the engine ${death.how}${tail === '' ? '.' : `. The last that it printed:\n${tail}`}`);
    this.remedy =
      'Run `moderato doctor --verify` to see which backend works on this computer. Nothing scored so far is lost.';
    this.stderr = death.stderr;
  }
}
