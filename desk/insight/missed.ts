/** What the model itself misses: abuse that it scores below its threshold, whether a recall target set it aside or not. */
import {
  intervalOfShare,
  LEAST_AUDIT_ITEMS,
  positivesIn,
  rateOf,
  weigh,
  type Part,
  type Weighed,
} from './audit-sample.ts';
import { countFrom } from './histogram.ts';
import type { Judged } from './judged.ts';
import type { Estimate } from './thresholds.ts';

/**
 * Share of all abuse, with its 95% interval. Null where too few audit items were decided, none of them is abuse, or none of a
 * part was decided: below the threshold, above it, or of what was set aside.
 */
export function missedBy(
  { scores, aside, audited }: Pick<Judged, 'scores' | 'aside' | 'audited'>,
  threshold: number,
): Estimate | null {
  if (audited.length < LEAST_AUDIT_ITEMS) return null;
  const weighed = weigh(audited, scores, aside);
  const flagged = countFrom(scores, threshold);
  const part = (messages: number, items: readonly Weighed[]): Part => ({ rate: rateOf(items, messages), messages });
  const own = weighed.filter((one) => one.aside !== true);
  const others = weighed.filter((one) => one.aside === true);
  const asideAnd = (is: (score: number) => boolean): Part =>
    part(
      aside,
      others.map((one) => ({ ...one, positive: one.positive && is(one.score) })),
    );
  const missed = [
    part(
      scores.length - flagged,
      own.filter(({ score }) => score < threshold),
    ),
    asideAnd((score) => score < threshold),
  ];
  const seen = [
    part(
      flagged,
      own.filter(({ score }) => score >= threshold),
    ),
    asideAnd((score) => score >= threshold),
  ];
  const [lost, found] = [positivesIn(missed), positivesIn(seen)];
  if (lost === null || found === null || lost + found === 0) return null;
  return { value: lost / (lost + found), ...intervalOfShare(missed, seen) };
}
