/** What the figures of Insights are shown as: plain rows and lines, made of what the desk says. */
import type { CalibrationNow, DriftsNow, ThresholdsNow, VolumesNow } from './figures.svelte.ts';

type Row = ThresholdsNow['rows'][number];

/** Flagged from a score on, as far as the bars tell; for the time until the desk has answered. */
export const flaggedFrom = ({ histogram, rows }: ThresholdsNow, threshold: number): number =>
  rows.find((row) => row.threshold === threshold)?.flagged ??
  histogram.reduce((sum, { from, to, messages }) => {
    if (from >= threshold) return sum + messages;
    return to <= threshold ? sum : sum + Math.round((messages * (to - threshold)) / (to - from));
  }, 0);

/** The row of a threshold; undefined until the desk has worked it out. */
export const rowAt = ({ rows }: ThresholdsNow, threshold: number): Row | undefined =>
  rows.find((row) => row.threshold === threshold);

/** Audit items that are missing before a figure is given. */
export const missingItems = ({ decided, least }: ThresholdsNow['audit']): number => Math.max(0, least - decided);

/** How often it was abuse, over the mean score of each bin of the two readings, on one axis. */
export function reliabilityLines({ asIs, calibrated }: NonNullable<CalibrationNow['reliability']>): {
  readonly scores: readonly number[];
  readonly asIs: readonly (number | null)[];
  readonly calibrated: readonly (number | null)[];
} {
  const filled = (reading: { bins: typeof asIs.bins }) => reading.bins.filter(({ items }) => items > 0);
  const scores = [
    ...new Set([0, 1, ...filled(asIs).map((bin) => bin.score), ...filled(calibrated).map((bin) => bin.score)]),
  ];
  scores.sort((a, b) => a - b);
  const along = (reading: { bins: typeof asIs.bins }): (number | null)[] => {
    const rates = new Map(filled(reading).map(({ score, rate }) => [score, rate]));
    return scores.map((score) => rates.get(score) ?? null);
  };
  return { scores, asIs: along(asIs), calibrated: along(calibrated) };
}

/** What share of the messages before, and of an import, has which score; at the middle of each bar. */
export function spreads({ bars, before, now }: Pick<DriftsNow[number], 'bars' | 'before' | 'now'>): {
  readonly middles: readonly number[];
  /** from the middle of a bar to its ends */
  readonly half: number;
  readonly before: readonly number[];
  readonly now: readonly number[];
} {
  const shareOf = (messages: number, all: number): number => (all === 0 ? 0 : messages / all);
  return {
    middles: bars.map(({ from, to }) => (from + to) / 2),
    half: 0.5 / Math.max(1, bars.length),
    before: bars.map((bar) => shareOf(bar.before, before)),
    now: bars.map((bar) => shareOf(bar.now, now)),
  };
}

export interface Daily {
  readonly start: number;
  readonly messages: number;
  readonly flagged: number;
}

const DAY = 86_400_000;
/** Between labels of days: whole ones, then weeks. */
export const DAYS = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * DAY);

/** Messages of each day from the first to the last, days without any among them. @param channel null: all of them */
export function dailyOf({ channels }: VolumesNow, channel: number | null): readonly Daily[] {
  const sums = new Map<number, { messages: number; flagged: number }>();
  for (const { id, days } of channels)
    if (channel === null || id === channel)
      for (const { start, messages, flagged } of days) {
        const sum = sums.get(start) ?? { messages: 0, flagged: 0 };
        sums.set(start, { messages: sum.messages + messages, flagged: sum.flagged + flagged });
      }
  const starts = [...sums.keys()].sort((a, b) => a - b);
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const from = Math.max(first, last - 365 * DAY);
  return Array.from({ length: Math.round((last - from) / DAY) + 1 }, (_, i) => {
    const start = from + i * DAY;
    return { start, ...(sums.get(start) ?? { messages: 0, flagged: 0 }) };
  });
}
