/** AUROC of rows that are ranked within parts, each of which was read by another model. */
import { areaUnderRoc, descending, rank } from './metrics.ts';

/** One score of each row, sorted once, so that resamples of the rows are cheap. */
export class RankedParts {
  readonly #parts: readonly {
    readonly rows: readonly number[];
    readonly positive: Uint8Array;
    readonly scores: Float64Array;
    readonly order: Uint32Array;
  }[];

  /** Parallel arrays; `part` names the part of each row. Throws MetricError for a score that is no number. */
  constructor(scores: ArrayLike<number>, positive: ArrayLike<number>, part: ArrayLike<number>) {
    const members = new Map<number, number[]>();
    for (let row = 0; row < part.length; row++) {
      const list = members.get(part[row] as number);
      if (list === undefined) members.set(part[row] as number, [row]);
      else list.push(row);
    }
    this.#parts = [...members.values()].map((rows) => {
      const own = Float64Array.from(rows, (row) => scores[row] as number);
      return {
        rows,
        positive: Uint8Array.from(rows, (row) => positive[row] as number),
        scores: own,
        order: descending(own),
      };
    });
  }

  /** Over the parts, each counting as the pairs that it has; NaN without pairs. @param weights how often each row counts */
  auroc(weights: ArrayLike<number>): number {
    let sum = 0;
    let pairs = 0;
    for (const { rows, positive, scores, order } of this.#parts) {
      const own = rows.map((row) => weights[row] ?? 0);
      const ranking = rank(positive, scores, own, order);
      const count = ranking.positives * (ranking.total - ranking.positives);
      if (count === 0) continue;
      sum += areaUnderRoc(ranking) * count;
      pairs += count;
    }
    return sum / pairs;
  }
}
