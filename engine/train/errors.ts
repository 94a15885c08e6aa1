/** Training cannot go on, and no epoch has ended that could be kept. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly remedy: string;
  /** the texts of the batch that it is about, as indices into the training part */
  readonly texts: readonly number[];

  constructor(message: string, remedy: string, texts: readonly number[] = []) {
    super(message);
    this.remedy = remedy;
    this.texts = texts;
  }
}
