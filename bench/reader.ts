/** A model that reads texts for a bench: the adapter that is measured, and what it says. */
import { chooseModel } from '../desk/models/choose.ts';
import { places } from '../desk/models/places.ts';
import { ngramsOf } from '../desk/retrain/evaluate.ts';
import { verdictOf, type Verdict } from '../desk/triage/verdict.ts';
import type { Adapter } from '../engine/adapter/adapter.ts';
import { Scorer } from '../engine/score/scorer.ts';
import { predictNgrams } from '../engine/train/ngrams/ngrams.ts';

export class Reader implements AsyncDisposable {
  readonly adapter: Adapter;
  readonly session: Scorer;

  private constructor(adapter: Adapter, session: Scorer) {
    this.adapter = adapter;
    this.session = session;
  }

  /** @param adapter path of a file; null for the one that comes with the program */
  static async open(adapter: string | null): Promise<Reader> {
    const chosen = await chooseModel(places(), adapter === null ? {} : { adapter });
    const session = await Scorer.open({
      base: chosen.base,
      adapter: chosen.adapterBytes,
      backend: 'cpu',
      deterministic: false,
      calibrationFile: places().calibrationFile,
    });
    return new Reader(chosen.adapter, session);
  }

  /** null for a text that the model does not read */
  readonly scores = async (texts: readonly string[]): Promise<readonly (number | null)[]> =>
    (await this.read(texts)).map((verdict) => verdict && verdict.score);

  verdictOf(probabilities: Float32Array): Verdict {
    return verdictOf(this.adapter, probabilities);
  }

  /** null for a text that the model does not read */
  async read(texts: readonly string[]): Promise<readonly (Verdict | null)[]> {
    const scored = await this.session.score(
      texts.map((text, i) => ({ key: String(i), text })),
      {},
    );
    return scored.map((one) => (one.status === 'scored' ? this.verdictOf(one.probabilities) : null));
  }

  /** What the character n-grams inside the adapter say of the same texts; null where it carries none. */
  readByNgrams(texts: readonly string[]): readonly Verdict[] | null {
    const model = ngramsOf(this.adapter);
    if (model === null) return null;
    const { classes } = model;
    const p = predictNgrams(model, texts);
    return texts.map((_, i) => this.verdictOf(p.subarray(i * classes, (i + 1) * classes)));
  }

  /** Whether a verdict says that there is something to review. */
  flags({ label }: Verdict): boolean {
    return label !== null && label !== this.adapter.neutralLabel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
  }
}
