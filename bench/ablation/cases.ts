/** Texts that one method gets wrong and another right. */
import type { Band } from '../../engine/adapter/gate-rates.ts';
import type { Cut, CutRow } from './cut.ts';
import type { Result } from './ledger.ts';

export interface Case {
  readonly row: CutRow;
  /** mean probability of the true label over seeds */
  readonly first: number;
  readonly second: number;
  /** mean gate of the second method over seeds */
  readonly gates: Readonly<Partial<Record<Band, number>>>;
}

export interface Cases {
  /** texts of all seeds that the first gets wrong and the second right, and the other way round; a mean over seeds */
  readonly won: number;
  readonly lost: number;
  /** the clearest that were won: in most seeds, then by the most probability */
  readonly clearest: readonly Case[];
}

/** first, second: results of two methods, one a seed, in the same order */
export function casesOf(cut: Cut, first: readonly Result[], second: readonly Result[], count: number): Cases {
  const classes = cut.labels.length;
  const seeds = Math.min(first.length, second.length);
  const probability = ({ probabilities }: Result, text: number, label: number): number =>
    probabilities[text * classes + label] ?? NaN;
  const isRight = (result: Result, text: number, label: number): boolean =>
    cut.labels.every((_, k) => k === label || probability(result, text, k) < probability(result, text, label));
  const mean = (of: (seed: number) => number): number =>
    Array.from({ length: seeds }, (_, seed) => of(seed)).reduce((sum, value) => sum + value, 0) / seeds;
  const all = cut.test.map((row, text) => {
    const right = (results: readonly Result[], seed: number) => isRight(results[seed] as Result, text, row.label);
    const share = (a: readonly Result[], b: readonly Result[]) =>
      mean((seed) => (!right(a, seed) && right(b, seed) ? 1 : 0));
    return {
      row,
      text,
      won: share(first, second),
      lost: share(second, first),
      first: mean((seed) => probability(first[seed] as Result, text, row.label)),
      second: mean((seed) => probability(second[seed] as Result, text, row.label)),
    };
  });
  const bands = Object.keys(second[0]?.gates ?? {}) as Band[];
  return {
    won: all.reduce((sum, { won }) => sum + won, 0),
    lost: all.reduce((sum, { lost }) => sum + lost, 0),
    clearest: all
      .filter(({ won }) => won > 0)
      .sort((a, b) => b.won - a.won || b.second - b.first - (a.second - a.first))
      .slice(0, count)
      .map(({ row, text, first: before, second: after }) => ({
        row,
        first: before,
        second: after,
        gates: Object.fromEntries(
          bands.map((band) => [band, mean((seed) => second[seed]?.gates?.[band]?.[text] ?? NaN)]),
        ),
      })),
  };
}
