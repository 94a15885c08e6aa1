import { BANDS, bandsOf, MOST_TOKENS, type GateRates } from '../adapter/gate-rates.ts';
import type { TokenGates } from './gates.ts';

/** A mean over fewer places than this says more of those places than of the token. */
const LEAST_PLACES = 5;

/**
 * How far gates open on average, at all tokens and at each one that is seen often enough. Sums are taken in the order of
 * the texts, so that a run can be repeated to the last bit.
 * @param gates those of each text, beside `texts`
 */
export function baseRates(texts: readonly Int32Array[], gates: readonly TokenGates[]): GateRates {
  const bands = BANDS.filter((band) => gates[0]?.[band]);
  const overall = { places: 0, sums: new Float64Array(bands.length) };
  const byToken = new Map<number, typeof overall>();
  texts.forEach((text, i) => {
    const values = bands.map((band) => gates[i]?.[band]);
    text.forEach((id, place) => {
      const own = byToken.get(id) ?? { places: 0, sums: new Float64Array(bands.length) };
      byToken.set(id, own);
      for (const tally of [overall, own]) {
        tally.places++;
        for (let b = 0; b < bands.length; b++) tally.sums[b] = (tally.sums[b] as number) + (values[b]?.[place] ?? 0);
      }
    });
  });
  const mean = ({ places, sums }: typeof overall): number[] => Array.from(sums, (sum) => sum / Math.max(places, 1));
  const known = [...byToken]
    .filter(([, { places }]) => places >= LEAST_PLACES)
    .sort(([a, one], [b, other]) => other.places - one.places || a - b)
    .slice(0, MOST_TOKENS)
    .sort(([a], [b]) => a - b);
  return {
    overall: Float32Array.from(mean(overall)),
    tokens: Int32Array.from(known, ([id]) => id),
    ofTokens: Float32Array.from(known.flatMap(([, tally]) => mean(tally))),
  };
}

/** What the gates at these tokens usually are: at the same token elsewhere, at any token where that one is not known. */
export function usualGates(rates: GateRates, ids: Int32Array): TokenGates {
  const { overall, tokens, ofTokens } = rates;
  const rowOf = new Map(Array.from(tokens, (id, row) => [id, row]));
  const usual = (id: number, band: number): number => {
    const row = rowOf.get(id);
    return (row === undefined ? overall[band] : ofTokens[row * overall.length + band]) ?? 0;
  };
  return Object.fromEntries(
    bandsOf(rates).map((name, band) => [name, Float32Array.from(ids, (id) => usual(id, band))]),
  );
}
