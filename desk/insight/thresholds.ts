/** What each threshold would do: how many messages it flags, and how many of them, and of all abuse, it would catch. */
import type { Interval } from './bootstrap.ts';
import {
  intervalOf,
  intervalOfShare,
  LEAST_AUDIT_ITEMS,
  positivesIn,
  rateOf,
  weigh,
  type Audited,
  type Part,
} from './audit-sample.ts';

export interface Estimate extends Interval {
  readonly value: number;
}

export interface ThresholdRow {
  readonly threshold: number;
  /** messages with this score or a higher one */
  readonly flagged: number;
  /** audit items among them */
  readonly items: number;
  /** share of the flagged that is abuse; null where no audit item says so, or too few were decided in all */
  readonly precision: Estimate | null;
  /** share of all abuse that is flagged, of what was set aside, too; null also where no audit item was abuse */
  readonly recall: Estimate | null;
}

/** Every twentieth. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * @param population scores of all messages that the model read
 * @param audited audit items that were decided
 * @param aside messages that were set aside: no threshold flags them
 */
export function thresholdTable(
  audited: readonly Audited[],
  population: ArrayLike<number>,
  thresholds: readonly number[] = THRESHOLDS,
  aside = 0,
): readonly ThresholdRow[] {
  const sorted = Float64Array.from(population).sort();
  const all = weigh(audited, population, aside);
  const weighed = all.filter((one) => one.aside !== true);
  const hidden: Part = {
    rate: rateOf(
      all.filter((one) => one.aside === true),
      aside,
    ),
    messages: aside,
  };
  return thresholds.map((threshold) => {
    const flagged = sorted.length - firstFrom(sorted, threshold);
    const among = weighed.filter(({ score }) => score >= threshold);
    const row = { threshold, flagged, items: among.length };
    if (audited.length < LEAST_AUDIT_ITEMS) return { ...row, precision: null, recall: null };
    const here = rateOf(among, flagged);
    const there = rateOf(
      weighed.filter(({ score }) => score < threshold),
      sorted.length - flagged,
    );
    const parts = [
      [{ rate: here, messages: flagged }],
      [{ rate: there, messages: sorted.length - flagged }, hidden],
    ] as const;
    // Where no audit item lies in a part, nobody knows what is there.
    const [caught, missed] = [positivesIn(parts[0]), positivesIn(parts[1])];
    const isKnown = caught !== null && missed !== null && caught + missed > 0;
    return {
      ...row,
      precision: here.value === null ? null : { value: here.value, ...intervalOf(here) },
      recall: isKnown ? { value: caught / (caught + missed), ...intervalOfShare(...parts) } : null,
    };
  });
}

/** What the same figures would be if `decided` were a random sample of the messages, which what was met in the urgent order is not. */
export function naiveTable(
  decided: readonly Omit<Audited, 'probability'>[],
  thresholds: readonly number[] = THRESHOLDS,
): readonly { readonly threshold: number; readonly precision: number | null; readonly recall: number | null }[] {
  const positives = decided.filter(({ positive }) => positive).length;
  return thresholds.map((threshold) => {
    const flagged = decided.filter(({ score }) => score >= threshold);
    const caught = flagged.filter(({ positive }) => positive).length;
    return {
      threshold,
      precision: flagged.length === 0 ? null : caught / flagged.length,
      recall: positives === 0 ? null : caught / positives,
    };
  });
}

/** Place of the first of the sorted values that is `least` or more. */
function firstFrom(sorted: Float64Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
