/** Data that nothing can be learnt from, or measured on, as it stands. */
export class TrainingDataError extends Error {
  override readonly name = 'TrainingDataError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** Options of a method that do not fit: nothing was read yet. */
export class MethodError extends Error {
  override readonly name = 'MethodError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
