/** The figures of a workspace, as lines for a terminal. */
import type { z } from 'zod';
import type { Audit, Calibration, Drifts, Thresholds, Volumes } from '../../desk/contract/insights.ts';
import { count, counted, probability, share } from './figures.ts';
import { safeLine } from './safe-text.ts';
import { table } from './table.ts';
import { cut, fill, wrap } from './width.ts';

type Rows = z.infer<typeof Thresholds>;
type Estimated = Rows['rows'][number]['precision'];
type Reading = NonNullable<z.infer<typeof Calibration>['reliability']>['asIs'];

const right = (head: string) => ({ head, side: 'right' as const });
const left = (head: string) => ({ head });
const percent = (p: number): string => `${(100 * p).toFixed(p > 0 && p < 0.1 ? 1 : 0)}%`;
const estimate = (e: Estimated): string =>
  e === null ? '–' : `${percent(e.value)} (${percent(e.low)} … ${percent(e.high)})`;

/** Eighths of a block, from the left. */
const BARS = ' ▏▎▍▌▋▊▉█';
/** … and from below. */
const SPARKS = '▁▂▃▄▅▆▇█';
const WIDEST_BAR = 40;
/** Days of a sparkline, channels of the list. */
const DAYS = 30;
const CHANNELS = 15;

/** A bar of `part` of `whole` in `columns` columns; what is there at all shows. */
function bar(part: number, whole: number, columns: number): string {
  const eighths = part === 0 ? 0 : Math.max(1, Math.round((8 * columns * part) / whole));
  return '█'.repeat(Math.floor(eighths / 8)) + (BARS[eighths % 8] ?? '').trim();
}

function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 1);
  return values.map((n) => (n === 0 ? ' ' : (SPARKS[Math.ceil((n / most) * SPARKS.length) - 1] ?? ''))).join('');
}

export function auditLines({ read, waiting, aside, audit }: Rows, columns: number): readonly string[] {
  const { drawn, decided, positives, least } = audit;
  const unread = aside === 0 ? '' : ` ${counted(aside, 'message')} set aside: recall is of these, too.`;
  const old =
    waiting === 0
      ? ''
      : ` ${counted(waiting, 'message')} read by the model before alone: no figure counts these. \`moderato triage\` reads them.`;
  const known = `${counted(read, 'message')} read by the model; ${counted(drawn, 'audit item')}, ${count(decided)} decided, ${count(positives)} of them to act on.`;
  const missing = decided < least ? ` ${notEnough(audit)}` : '';
  return wrap(known + old + unread + missing, columns);
}

const notEnough = ({ decided, least }: z.infer<typeof Audit>): string =>
  `Not enough labels yet: decide ${counted(least - decided, 'more audit item')} (\`moderato queue --order audit\`).`;

export function histogramLines({ histogram }: Rows, columns: number): readonly string[] {
  const most = Math.max(...histogram.map(({ messages }) => messages));
  const room = Math.min(WIDEST_BAR, columns - 40);
  return table(
    [left('score'), right('messages'), right('decided'), left('')],
    histogram.map(({ from, messages, decided }) => [
      `from ${probability(from)}`,
      count(messages),
      count(decided),
      bar(messages, most, Math.max(4, room)),
    ]),
    columns,
  );
}

export function thresholdLines({ rows, threshold, audit }: Rows, columns: number): readonly string[] {
  const lines = table(
    [left('from'), right('flagged'), right('precision'), right('recall'), right('audit items')],
    rows.map((row) => [
      probability(row.threshold) + (row.threshold === threshold ? ' *' : ''),
      count(row.flagged),
      estimate(row.precision),
      estimate(row.recall),
      count(row.items),
    ]),
    columns,
  );
  const note =
    audit.decided < audit.least
      ? `* the model's own threshold. ${notEnough(audit)}`
      : "* the model's own threshold. In brackets: 95% interval, from the audit items by inverse probability.";
  return [...lines, ...wrap(note, columns)];
}

export function biasLines({ rows, urgent }: Rows, columns: number): readonly string[] {
  if (urgent.decided === 0) return ['', 'Nothing was decided outside of the audit sample.'];
  const plain = (p: number | null | undefined): string => (p === null || p === undefined ? '–' : percent(p));
  return [
    '',
    ...wrap(
      `The same from the ${counted(urgent.decided, 'decision')} outside of the audit sample, as if they were one. They are not: what one meets first is what the model thinks worst. Do not use these.`,
      columns,
    ),
    ...table(
      [left('from'), right('precision'), right('by audit'), right('recall'), right('by audit')],
      urgent.rows.map(({ threshold, precision, recall }, i) => [
        probability(threshold),
        plain(precision),
        plain(rows[i]?.precision?.value),
        plain(recall),
        plain(rows[i]?.recall?.value),
      ]),
      columns,
    ),
  ];
}

export function reliabilityLines(
  { reliability, audit }: z.infer<typeof Calibration>,
  columns: number,
): readonly string[] {
  if (reliability === null)
    return wrap(
      audit.decided < audit.least
        ? notEnough(audit)
        : 'The audit items allow no calibration: none, or all of them, are abuse, or scores do not rise with it.',
      columns,
    );
  const { asIs, calibrated } = reliability;
  const ece = (reading: Reading): string =>
    `${percent(reading.ece)}, where exact probabilities would show ${percent(reading.byChance.mean)} on so few items (up to ${percent(reading.byChance.most)})`;
  return [
    ...table(
      [left('score'), right('mean'), right('is abuse'), right('audit items'), left('')],
      asIs.bins.map(({ from, to, score, items, rate, low, high }) => [
        `${probability(from)} … ${probability(to)}`,
        share(score),
        `${percent(rate)} (${percent(low)} … ${percent(high)})`,
        count(items),
        bar(rate, 1, 20),
      ]),
      columns,
    ),
    ...wrap(`ECE as it is: ${ece(asIs)}.`, columns),
    ...wrap(`Calibrated, cross-fitted: ${ece(calibrated)}.`, columns),
  ];
}

export function conformalLines({ conformal }: z.infer<typeof Calibration>, columns: number): readonly string[] {
  return conformal.flatMap(({ share: wanted, threshold, surely, items, needed, uneven }) =>
    wrap(
      threshold === null
        ? `${percent(wanted)} of abuse: it takes ${uneven ? 'about ' : ''}${count(needed)} audit items that are abuse, there are ${count(items)}.${uneven ? ' Fewer would do if each stood for the same number of messages.' : ''}`
        : `${percent(wanted)} of abuse or more scores ${share(threshold)} or higher, on average over audit samples (${counted(items, 'abusive audit item')})${surely === null ? '' : `; this one catches ${percent(surely)} or more with 95% confidence`}.`,
      columns,
    ),
  );
}

export function driftLines(drifts: z.infer<typeof Drifts>, columns: number): readonly string[] {
  if (drifts.length === 0) return ['There are no two imports yet that this model has read whole: nothing to compare.'];
  return drifts.flatMap(({ source, notice, verdict, psi, now }) =>
    wrap(
      notice === null
        ? `${safeLine(source.name)}: ${verdict === 'too few' ? `too few messages to say (${count(now)})` : `reads as the imports before (stability index ${psi.toFixed(2)})`}.`
        : safeLine(notice),
      columns,
    ),
  );
}

export function volumeLines({ channels, threshold }: z.infer<typeof Volumes>, columns: number): readonly string[] {
  const shown = channels.slice(0, CHANNELS);
  const lines = table(
    [left('channel'), right('messages'), right('flagged'), left(''), left('the latest days')],
    shown.map(({ name, messages, flagged, days }) => [
      cut(safeLine(name), 24),
      count(messages),
      count(flagged),
      fill(percent(messages === 0 ? 0 : flagged / messages), 5, 'left'),
      sparkline(days.slice(-DAYS).map((day) => day.messages)),
    ]),
    columns,
  );
  const more = channels.length - shown.length;
  const rest = more > 0 ? ` ${counted(more, 'more channel')} in --json.` : '';
  return [
    ...lines,
    ...wrap(`Flagged from ${probability(threshold)} on. Days with messages (UTC), ${DAYS} at most.${rest}`, columns),
  ];
}
