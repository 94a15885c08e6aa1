/** The files that a training leaves. Whether they can be written is told before hours of work, not after. */
import { existsSync, mkdtempSync, realpathSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GgufWriteError } from '../../engine/ggml/gguf/errors.ts';
import { replaceFile } from '../../engine/ggml/gguf/replace.ts';
import { ModelFileError } from '../models/errors.ts';
import type { WholeMethod } from './method.ts';

export interface Outputs {
  readonly adapter: string;
  readonly report: string;
  /** written after every epoch and gone at the end; a probe has none */
  readonly checkpoint: string | null;
  /** the model that `full` makes */
  readonly model: string | null;
}

export function outputsOf(out: string, method: WholeMethod): Outputs {
  const bare = out.replace(/\.gguf$/, '');
  const full = method.kind === 'gradient' && method.modules?.method === 'full';
  return {
    adapter: out,
    report: `${bare}.report.json`,
    checkpoint: method.kind === 'gradient' ? `${out}.checkpoint` : null,
    model: full ? `${bare}.model.gguf` : null,
  };
}

/** Bytes that a place must take to be thought good; the numbers of an adapter need more. */
const TRIAL_BYTES = 4096;

/**
 * Tries every place.
 * @param inputs files that are read, which none of the outputs may replace
 * @throws ModelFileError
 */
export function assertWritable(outputs: Outputs, base: string, inputs: readonly string[]): void {
  const files = Object.values(outputs).filter((file): file is string => file !== null);
  for (const file of files) {
    assertPlace(file);
    const taken = [base, ...inputs].find((input) => isSame(file, input));
    if (taken !== undefined)
      throw new ModelFileError(
        file,
        `${file} would be written over, and it is what is trained from.`,
        'Name another place with --out.',
      );
  }
  for (const file of files) tryWriting(file);
  if (outputs.model !== null) assertRoom(outputs.model, statSync(base).size / 2);
}

function assertPlace(file: string): void {
  if (existsSync(file) && !statSync(file).isFile())
    throw new ModelFileError(file, `${file} is a folder or a device.`, 'Name another place with --out: NAME.gguf.');
  const folder = dirname(file);
  if (!existsSync(folder))
    throw new ModelFileError(file, `There is no folder ${folder}.`, 'Make it first, or name another place.');
}

const isSame = (file: string, input: string): boolean =>
  existsSync(file) && existsSync(input) && realpathSync(file) === realpathSync(input);

function tryWriting(file: string): void {
  const trial = join(dirname(file), `.${basename(file)}.${process.pid}.trial`);
  try {
    replaceFile(trial, (write) => write(new Uint8Array(TRIAL_BYTES)));
  } catch (error) {
    if (!(error instanceof GgufWriteError)) throw error;
    throw new ModelFileError(file, `${file} cannot be written: ${error.what}.`, `${error.remedy}.`, error);
  }
  rmSync(trial, { force: true });
}

/** @param least bytes: matrices in F16 take at least half of what they take in the base */
function assertRoom(file: string, least: number): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize >= least) return;
  throw new ModelFileError(
    file,
    `${file} will have more than ${Math.round(least / 1e6)} MB, and its disk has ${Math.round((bavail * bsize) / 1e6)} MB left.`,
    'Free some space, or name a place on another disk with --out.',
  );
}

/** A model that lies in a folder of its own beside its place until the adapter that belongs to it is written. */
export class ModelInTheMaking implements Disposable {
  readonly #place: string;
  readonly #folder: string;
  readonly file: string;

  constructor(place: string) {
    this.#place = place;
    this.#folder = mkdtempSync(join(dirname(place), `.${basename(place)}.`));
    this.file = join(this.#folder, basename(place));
  }

  take(): void {
    renameSync(this.file, this.#place);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The checkpoint, and whether it is of this run. */
export class KeptCheckpoint {
  readonly #file: string | null;
  readonly #before: number | null;

  constructor(file: string | null) {
    this.#file = file;
    this.#before = this.#time();
  }

  get isThere(): boolean {
    return this.#time() !== null;
  }

  get isNew(): boolean {
    const now = this.#time();
    return now !== null && now !== this.#before;
  }

  remove(): void {
    if (this.#file !== null) rmSync(this.#file, { force: true });
  }

  #time(): number | null {
    return this.#file === null ? null : (statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? null);
  }
}
