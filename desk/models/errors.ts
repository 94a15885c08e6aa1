/** A model or adapter file that cannot be used as it was given. Damage inside a GGUF is a GgufError. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
  readonly file: string;
  /** what to do now */
  readonly remedy: string;

  constructor(file: string, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.file = file;
    this.remedy = remedy;
  }
}
