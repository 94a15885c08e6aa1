/** A message of the queue in two lines: what it says, and where it stands. */
import type { Item } from '../../desk/store/items.ts';
import type { Verdict } from '../../desk/triage/verdict.ts';
import { maskSlurs } from './masking.ts';
import { moment, probability } from './figures.ts';
import { safeLine } from './safe-text.ts';
import type { Screen, Style } from './screen.ts';
import { columnsOf, cut, fill, wrap } from './width.ts';

export interface Entry {
  readonly rank: number;
  readonly item: Item;
  readonly text: string;
  readonly verdict: Verdict;
}

export interface EntryOptions {
  readonly unmask: boolean;
  /** the whole text instead of one line of it */
  readonly full: boolean;
  /** columns of the widest rank */
  readonly rankColumns: number;
}

/** A message's text as it may stand on a terminal: harmless, on one line, slurs masked. */
export const shownText = (text: string, unmask: boolean): string => safeLine(unmask ? text : maskSlurs(text));

const LABEL_COLUMNS = 8;

/** rank, score, label, text; below it channel, author, time, and what else matters. */
export function entryLines(screen: Screen, { rank, item, text, verdict }: Entry, options: EntryOptions): string[] {
  const label = verdict.label ?? 'none';
  const others = verdict.labels?.slice(1) ?? [];
  const also = others.length === 0 ? '' : `also ${others.map(safeLine).join(', ')} · `;
  const head = `${fill(String(rank), options.rankColumns, 'left')}  ${fill(probability(verdict.score), 3, 'left')}  `;
  const room = screen.columns - columnsOf(head) - LABEL_COLUMNS - 2;
  const shown = shownText(text, options.unmask);
  const lines = options.full ? wrap(shown, room) : [cut(shown, room)];
  const indent = ' '.repeat(columnsOf(head));
  const beside = fill('', LABEL_COLUMNS);
  return [
    ...lines.map(
      (line, i) =>
        (i === 0 ? screen.style(scoreStyle(verdict.score), head) : indent) +
        (i === 0 ? fill(cut(safeLine(label), LABEL_COLUMNS), LABEL_COLUMNS) : beside) +
        `  ${line}`,
    ),
    indent + beside + '  ' + screen.style('dim', cut(also + whereabouts(item), room)),
  ];
}

function scoreStyle(score: number): Style {
  if (score >= 0.8) return ['bold', 'red'];
  return score >= 0.5 ? 'yellow' : 'dim';
}

/** #general · user-7k2m9f · 12 Mar 2024, 21:07 · reply */
export function whereabouts(item: Item): string {
  const { channel, author, time, localTime, replyTo, forwarded, edited, deleted, language, attachments } = item;
  const parts = [
    channel.name === '' ? '' : `#${safeLine(channel.name).replace(/^#/, '')}`,
    author === null ? 'author gone' : author.pseudonym + (author.bot ? ' (bot)' : ''),
    time === null ? 'no time' : moment(time, localTime) + (localTime ? ' (zone unknown)' : ''),
    replyTo === null ? '' : 'reply',
    forwarded ? 'forwarded' : '',
    edited === null ? '' : 'edited',
    deleted === null ? '' : 'deleted since',
    attachments.length === 0 ? '' : `${attachments.length} attached`,
    language === 'en' || language === 'unsure' || language === '' ? '' : safeLine(language),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
