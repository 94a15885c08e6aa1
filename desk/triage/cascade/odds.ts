/**
 * How many flagged texts are still to be found, by a logistic curve of two numbers: fitted to what the proxy said of texts before
 * it had learned from them. Only plans rest on it (where to cut, how many to draw), never the guarantee.
 */

/** log-odds = offset + slope · proxy */
export interface Odds {
  readonly offset: number;
  readonly slope: number;
}

const PASSES = 25;
/** Keeps the curve finite where no text is flagged, or a proxy value parts them without error. */
const RIDGE = 0.05;

/** Maximum likelihood with a slight pull to a slope of 1 (Newton). The lists have equal lengths. */
export function fitOdds(proxy: ArrayLike<number>, flagged: ArrayLike<number>): Odds {
  let offset = 0;
  let slope = 1;
  for (let pass = 0; pass < PASSES; pass++) {
    let [g0, g1] = [-RIDGE * offset, -RIDGE * (slope - 1)];
    let [h00, h01, h11] = [RIDGE, 0, RIDGE];
    for (let i = 0; i < proxy.length; i++) {
      const z = proxy[i] as number;
      const p = chance({ offset, slope }, z);
      const error = (flagged[i] as number) - p;
      const weight = p * (1 - p);
      g0 += error;
      g1 += error * z;
      h00 += weight;
      h01 += weight * z;
      h11 += weight * z * z;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    const length = Math.max(1, Math.abs(d0), Math.abs(d1));
    offset += d0 / length;
    slope += d1 / length;
    if (Math.abs(d0) + Math.abs(d1) < 1e-6) break;
  }
  return { offset, slope };
}

const chance = ({ offset, slope }: Odds, proxy: number): number =>
  1 / (1 + Math.exp(-Math.min(50, Math.max(-50, offset + slope * proxy))));

/** Steps of the order, the last ones, that the curve is fitted to: further back the proxy was another. */
const STEPS = 20;
/** Before so many were read it is the curve of the sample. */
const FIRST_STEPS = 2;

/** How many flagged texts are expected behind a place of the order. */
export class Expected {
  #odds: Odds;
  readonly #steps: { readonly proxy: Float32Array; readonly flagged: Uint32Array }[] = [];

  /** @param odds of the sample, by cross-fitting */
  constructor(odds: Odds) {
    this.#odds = odds;
  }

  /** A step was read in the order: what the proxy said of its texts, and which are flagged (1). */
  note(proxy: Float32Array, flagged: Uint32Array): void {
    this.#steps.push({ proxy, flagged });
    if (this.#steps.length < FIRST_STEPS) return;
    const last = this.#steps.slice(-STEPS);
    this.#odds = fitOdds(
      last.flatMap((step) => [...step.proxy]),
      last.flatMap((step) => [...step.flagged]),
    );
  }

  /** Flagged texts that are expected from each place on; of none behind the last. */
  behind(proxy: Float32Array): Float64Array {
    const behind = new Float64Array(proxy.length + 1);
    for (let i = proxy.length - 1; i >= 0; i--)
      behind[i] = (behind[i + 1] as number) + chance(this.#odds, proxy[i] as number);
    return behind;
  }
}
