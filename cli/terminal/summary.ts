/** What was there, what was read and what was not, in figures: for people and, as it is, for --json. */
import type { Kind } from '../../desk/importers/kinds.ts';
import type { ImportReport } from '../../desk/importers/report.ts';
import type { Forecast, Guarantee } from '../../desk/contract/guarantee.ts';
import type { State } from '../../desk/contract/workspace.ts';
import type { NotReadReason } from '../../desk/store/not-read.ts';
import type { ScoreReport } from '../../desk/triage/score-job.ts';
import { count, counted } from './figures.ts';

export interface Summary {
  /** items of the workspace by kind */
  readonly kinds: Readonly<Record<Kind, number>>;
  readonly rejected: number;
  readonly scored: number;
  /** for the model to read them */
  readonly waiting: number;
  readonly not_read: Readonly<Partial<Record<NotReadReason, number>>>;
  /** what is said of messages that were set aside; null where none were */
  readonly guarantee: Guarantee | null;
  /** what each recall target would cost; null where none was asked for */
  readonly forecast: Forecast | null;
  /** sentences for people: an import reads otherwise than those before */
  readonly notices: readonly string[];
  /** languages of messages that the adapter was not measured on */
  readonly other_languages: Readonly<Record<string, number>>;
  readonly model: { readonly name: string; readonly base: string; readonly depth: number };
  /** null where there was nothing left to score */
  readonly engine: {
    readonly backend: string;
    readonly layout: string;
    readonly threads: number;
  } | null;
  readonly seconds: { readonly import: number; readonly open: number; readonly score: number };
  /** that the model read */
  readonly messages_per_second: number;
}

export function summaryOf(
  { counts, revision, guarantee }: Extract<State, { open: true }>,
  imported: Pick<ImportReport, 'total' | 'seconds'> | null,
  { engine, read, forecast, notices, seconds }: ScoreReport,
): Summary {
  return {
    kinds: counts.kinds,
    rejected: imported?.total.rejected ?? 0,
    scored: counts.scored,
    waiting: counts.waiting,
    not_read: counts.notRead,
    guarantee,
    forecast,
    notices,
    other_languages: counts.otherLanguages,
    model: { name: revision?.name ?? '', base: revision?.base ?? '', depth: revision?.depth ?? 0 },
    engine: engine === null ? null : { backend: engine.backend, layout: engine.layout, threads: engine.threads },
    seconds: { import: imported?.seconds ?? 0, open: seconds.opening, score: seconds.scoring },
    messages_per_second: seconds.scoring > 0 ? Math.round((read / seconds.scoring) * 10) / 10 : 0,
  };
}

const KINDS: Readonly<Record<Kind, readonly [string, string]>> = {
  message: ['message', 'messages'],
  'media-only': ['with only attachments', 'with only attachments'],
  deleted: ['deleted', 'deleted'],
  system: ['system row', 'system rows'],
  share: ['share', 'shares'],
};

/** `2,010 messages`, `25 with only attachments` …, for those of the kinds that there are. */
export function kindsInWords(counts: Readonly<Record<Kind, number>>, without?: Kind): string[] {
  return (Object.keys(KINDS) as Kind[])
    .filter((kind) => kind !== without && counts[kind] > 0)
    .map((kind) => `${count(counts[kind])} ${KINDS[kind][counts[kind] === 1 ? 0 : 1]}`);
}

const REASONS: Readonly<Record<NotReadReason, string>> = {
  empty: 'without text',
  'media-only': 'with only attachments',
  'over-long': 'too long for the model',
  language: 'in a language that the adapter was not measured on',
  'engine-failed': 'on which the engine failed',
  'set-aside': 'set aside, because the recall target was reached without',
};

export const reasonInWords = (reason: NotReadReason): string => REASONS[reason];

/** One sentence a line. */
export function summaryLines(summary: Summary): string[] {
  const { kinds, rejected, scored, not_read: notRead, other_languages: others } = summary;
  const rest = kindsInWords(kinds, 'message');
  if (rejected > 0) rest.push(`${counted(rejected, 'row')} rejected`);
  const reasons = (Object.entries(notRead) as [NotReadReason, number][]).filter(([, n]) => n > 0);
  const unread = reasons.reduce((sum, [, n]) => sum + n, 0);
  const languages = Object.entries(others).slice(0, 5);
  return [
    `${counted(kinds.message, 'message')}${rest.length === 0 ? '' : ` (and ${rest.join(', ')})`}; ${count(scored)} read by the model.`,
    ...(unread === 0
      ? []
      : [`${count(unread)} not read: ${reasons.map(([reason, n]) => `${count(n)} ${REASONS[reason]}`).join(', ')}.`]),
    ...(languages.length === 0
      ? []
      : [
          `Other languages: ${languages.map(([language, n]) => `${language} ${count(n)}`).join(', ')}${Object.keys(others).length > 5 ? ' …' : ''}. A score would mean nothing for them; --any-language reads them all the same.`,
        ]),
  ];
}

/** What each recall target would cost, one sentence a line. */
export function forecastLines({ texts, targets }: Forecast): string[] {
  const costs = targets.map(({ target, read }) =>
    read >= texts ? `${100 * target}% all of them` : `${100 * target}% about ${count(read)}`,
  );
  return [
    `Of ${counted(texts, 'text')} that wait, the model would read for a recall of ${costs.join(', ')}.`,
    ...(targets.some(({ read }) => read >= texts) ? ['Where a target saves nothing, everything is read.'] : []),
  ];
}
