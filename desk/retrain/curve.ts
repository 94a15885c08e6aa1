/** What a training says of itself step by step, kept as a curve that stays small however long it takes. */
import { z } from 'zod';
import type { Training } from '../contract/jobs.ts';

type Point = Training['points'][number];

/** Of an adapter's own record of how it was trained. */
const Epochs = z.array(z.object({ trainLoss: z.number(), devMacroF1: z.number().min(0).max(1) })).min(1);

/** More points than these are thinned out: a curve of a few hundred pixels shows no more. */
const MOST = 80;

export class Curve {
  #points: Point[] = [];
  #epochs = 0;
  #tokensPerSecond = 0;
  /** share of the training between two points */
  #step = 0;

  /** Null before the first step whose loss is known. */
  get training(): Training | null {
    if (this.#points.length === 0) return null;
    return { epochs: this.#epochs, tokensPerSecond: this.#tokensPerSecond, points: this.#points };
  }

  /**
   * @param figures as the engine names them: epochs, loss, dev_macro_f1, tokens_per_second
   * @param share of all steps that are done
   */
  add(figures: Readonly<Record<string, number>>, share: number): void {
    const { epochs, loss, dev_macro_f1: devF1, tokens_per_second: tokens } = figures;
    if (epochs === undefined || loss === undefined) return;
    this.#epochs = epochs;
    this.#tokensPerSecond = tokens ?? this.#tokensPerSecond;
    const point: Point = { epoch: share * epochs, loss, devF1: devF1 ?? null };
    // An engine that died goes on from its last whole epoch: what it does again is drawn again.
    const kept = this.#points.filter(({ epoch }) => epoch < point.epoch);
    // The last point moves on with the training until it is far enough from the one before it.
    const [before, last] = [kept.at(-2), kept.at(-1)];
    const moves =
      before !== undefined &&
      last !== undefined &&
      last.devF1 === point.devF1 &&
      before.devF1 === last.devF1 &&
      last.epoch - before.epoch < this.#step * epochs;
    this.#points = [...(moves ? kept.slice(0, -1) : kept), point];
    if (this.#points.length > MOST) this.#thin();
  }

  /**
   * Dev is read once more behind the last step, of which no step tells; and a training of a second is over before much was told.
   * @param record epochs of the adapter's own record
   */
  end(record: unknown): void {
    const epochs = Epochs.safeParse(record).data;
    if (epochs === undefined) return;
    const last = this.#points.at(-1);
    if (last === undefined || this.#points.length < epochs.length) {
      this.#epochs = epochs.length;
      this.#points = epochs.map(({ trainLoss, devMacroF1 }, i) => ({
        epoch: i + 1,
        loss: trainLoss,
        devF1: devMacroF1,
      }));
    } else {
      const devF1 = epochs.at(-1)?.devMacroF1 ?? null;
      this.#points = [...this.#points.slice(0, -1), { ...last, devF1 }];
    }
  }

  #thin(): void {
    this.#step = Math.max(this.#step * 2, 2 / MOST);
    this.#points = thinned(this.#points, this.#step * this.#epochs);
  }
}

/** Points at least so far apart, and all at which dev was read anew. */
function thinned(points: readonly Point[], apart: number): Point[] {
  const kept: Point[] = [];
  for (const [i, point] of points.entries()) {
    const before = kept.at(-1);
    const far = before === undefined || point.epoch - before.epoch >= apart;
    if (far || before.devF1 !== point.devF1 || i === points.length - 1) kept.push(point);
  }
  return kept;
}
