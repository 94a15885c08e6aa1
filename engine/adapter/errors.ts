/** An adapter file that cannot be used as it stands. Damage to the GGUF around it is a GgufError. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  /** the file, or the name under which its bytes came */
  readonly source: string;
  /** a metadata key or tensor name */
  readonly place: string;
  readonly what: string;
  readonly remedy: string;

  constructor(source: string, place: string, what: string, remedy: string) {
    super(`${source}: ${place}: ${what}. ${remedy}`);
    this.source = source;
    this.place = place;
    this.what = what;
    this.remedy = remedy;
  }
}

/** An adapter was to be loaded onto a model that it was not trained on. */
export class AdapterBaseMismatch extends Error {
  override readonly name = 'AdapterBaseMismatch';

  constructor(adapter: string, trainedOn: { name: string; sha256: string }, given: { name: string; sha256: string }) {
    super(
      `The adapter '${adapter}' was trained on ${trainedOn.name} (SHA-256 ${trainedOn.sha256}), ` +
        `but the model here is ${given.name} (SHA-256 ${given.sha256}): its scores would mean nothing. ` +
        `Choose the model ${trainedOn.name}, or train an adapter on ${given.name}.`,
    );
  }
}

/** The source named in errors about an adapter that is not written yet. */
export const NEW = 'new adapter';
export const DAMAGED = 'The file is damaged or was made by another program; get it again or train anew';
