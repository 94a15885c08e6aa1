/** What a run's probabilities are worth: macro-F1 and AUPRC on each test set, and their spread over seeds. */
import { averagePrecision, rank } from '../../desk/insight/metrics.ts';
import { argMax } from '../../engine/score/linear-head.ts';
import { confusionOf, macroF1 } from '../../engine/train/macro-f1.ts';
import type { Cut } from './cut.ts';
import type { Result } from './ledger.ts';

export interface Score {
  readonly macroF1: number;
  /** of label 1; null where there are more than two */
  readonly auprc: number | null;
}

/** One score for each slice of the test part, of those rows that the run read. */
export function scoresOf(
  { probabilities }: Pick<Result, 'probabilities'>,
  { labels, test, slices }: Cut,
): readonly Score[] {
  const classes = labels.length;
  const read = probabilities.length / classes;
  return slices.map(({ from, to }) => {
    const gold = test.slice(from, Math.min(to, read)).map(({ label }) => label);
    const own = Float32Array.from(probabilities.slice(from * classes, (from + gold.length) * classes));
    const positive = gold.map((_, i) => own[i * classes + 1] as number);
    return {
      macroF1: macroF1(confusionOf(gold, argMax(own, classes), classes)),
      auprc: classes === 2 ? averagePrecision(rank(gold, positive)) : null,
    };
  });
}

export interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** null without values */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return null;
  return {
    mean: numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
    least: Math.min(...numbers),
    most: Math.max(...numbers),
    count: numbers.length,
  };
}

/** Mean and standard deviation. */
export function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
