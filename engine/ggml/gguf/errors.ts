/** A GGUF file that cannot be read as it stands: nothing of it was used. */
export class GgufError extends Error {
  override readonly name = 'GgufError';
  /** the file, or the name under which its bytes came */
  readonly file: string;
  /** a byte offset, a metadata key or a tensor name */
  readonly place: string;
  readonly what: string;
  readonly remedy: string;

  constructor(file: string, place: string, what: string, remedy: string) {
    super(`${file}: ${place}: ${what}. ${remedy}`);
    this.file = file;
    this.place = place;
    this.what = what;
    this.remedy = remedy;
  }
}

/** A GGUF file that could not be written: the target is as it was before, the temporary file is gone. */
export class GgufWriteError extends Error {
  override readonly name = 'GgufWriteError';
  readonly file: string;
  readonly what: string;
  readonly remedy: string;

  constructor(file: string, what: string, remedy: string, cause?: unknown) {
    super(`${file}: ${what}. ${remedy}`, { cause });
    this.file = file;
    this.what = what;
    this.remedy = remedy;
  }
}

/** What to do about a file that breaks the format: such damage is nearly always a cut or altered copy. */
export const DAMAGED = 'The file is damaged or was cut while copying; get it again and check its SHA-256';
