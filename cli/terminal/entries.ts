/** A message of the queue in two lines: what it says, and where it stands. */
import type { Message, QueueEntry } from '../../desk/contract/shapes.ts';
import { maskSlurs } from '../../desk/shown/masking.ts';
import { moment, probability } from './figures.ts';
import { safeLine } from './safe-text.ts';
import type { Screen, Style } from './screen.ts';
import { columnsOf, cut, fill, wrap } from './width.ts';

export interface EntryOptions {
  readonly unmask: boolean;
  /** the whole text instead of one line of it */
  readonly full: boolean;
  /** with the number by which other verbs take the message */
  readonly numbers: boolean;
  /** columns of the widest rank */
  readonly rankColumns: number;
}

/** A message's text as it may stand on a terminal: harmless, on one line, slurs masked. */
export const shownText = (text: string, unmask: boolean): string => safeLine(unmask ? text : maskSlurs(text));

const LABEL_COLUMNS = 8;
/** Some models have long names; what they say must still be seen. */
const MODEL_COLUMNS = 20;

/** rank, score, label, text; below it channel, author, time, and what else matters. */
export function entryLines(
  screen: Screen,
  rank: number,
  { message, model, opinion, audit, status }: QueueEntry,
  options: EntryOptions,
): string[] {
  const numbered = options.numbers ? `item ${message.id} · ` : '';
  const label = model === null ? (audit ? 'audit' : 'unread') : (model.label ?? 'none');
  const others = model?.labels?.slice(1) ?? [];
  const also = others.length === 0 ? '' : `also ${others.map(safeLine).join(', ')} · `;
  const head = `${fill(String(rank), options.rankColumns, 'left')}  ${fill(model === null ? '–' : probability(model.score), 3, 'left')}  `;
  const room = screen.columns - columnsOf(head) - LABEL_COLUMNS - 2;
  const shown = shownText(message.text, options.unmask);
  const lines = options.full ? wrap(shown, room) : [cut(shown, room)];
  const indent = ' '.repeat(columnsOf(head));
  const beside = fill('', LABEL_COLUMNS);
  return [
    ...lines.map(
      (line, i) =>
        (i === 0 ? screen.style(scoreStyle(model?.score ?? 0), head) : indent) +
        (i === 0 ? fill(cut(safeLine(label), LABEL_COLUMNS), LABEL_COLUMNS) : beside) +
        `  ${line}`,
    ),
    indent +
      beside +
      '  ' +
      screen.style(
        'dim',
        cut(numbered + statusWord(status) + also + opinionWords(opinion) + whereabouts(message), room),
      ),
  ];
}

/** What somebody did with it. */
const statusWord = (status: QueueEntry['status']): string => (status === 'open' ? '' : `${status} · `);

/** What a larger model says, always under its name: says Qwen3-4B: threat .83 */
function opinionWords(opinion: QueueEntry['opinion']): string {
  if (opinion === null) return '';
  const { model, label, probability: sure, stale } = opinion;
  return `says ${cut(safeLine(model), MODEL_COLUMNS)}: ${safeLine(label)} ${probability(sure)}${stale ? ' (of an earlier text)' : ''} · `;
}

function scoreStyle(score: number): Style {
  if (score >= 0.8) return ['bold', 'red'];
  return score >= 0.5 ? 'yellow' : 'dim';
}

/** #general · user-7k2m9f · 12 Mar 2024, 21:07 · reply */
export function whereabouts(message: Message): string {
  const { channel, author, time, localTime, replyTo, forwarded, edited, deleted, language, attachments } = message;
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
