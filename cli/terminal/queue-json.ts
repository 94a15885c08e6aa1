/** The queue as JSON: written row by row, because `--top all` may be a million of them. Nothing is masked. */
import { once } from 'node:events';
import type { Message, QueueEntry } from '../../desk/contract/shapes.ts';
import type { Screen } from './screen.ts';

/** `{"NAME": […], "summary": {…}}`; without a summary only the rows. */
export async function writeRowsJson(
  screen: Screen,
  name: string,
  rows: AsyncIterable<object>,
  summary?: object,
): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!screen.out.write(text)) await once(screen.out, 'drain');
  };
  await write(`{"${name}":[`);
  let first = true;
  for await (const row of rows) {
    await write(`${first ? '' : ','}\n${JSON.stringify(row)}`);
    first = false;
  }
  await write(summary === undefined ? '\n]}\n' : `\n],"summary":${JSON.stringify(summary)}}\n`);
}

export const queueRow = (rank: number, { message, model, opinion, status, audit }: QueueEntry): object => ({
  rank,
  ...messageJson(message),
  status,
  ...(audit && { audit }),
  ...(model && {
    label: model.label,
    ...(model.labels && { labels: model.labels }),
    score: model.score,
    scores: model.scores,
  }),
  opinion,
});

export const unreadRow = ({ message, notRead }: QueueEntry): object => ({ ...messageJson(message), not_read: notRead });

/** What scripts need to find the message again, and its text. */
const messageJson = (message: Message): object => ({
  item: message.id,
  version: message.version,
  platform: message.platform,
  id: message.messageId,
  channel: { id: message.channel.platformId, name: message.channel.name },
  author: message.author?.pseudonym ?? null,
  time: message.time === null ? null : new Date(message.time).toISOString().replace(/Z$/, message.localTime ? '' : 'Z'),
  language: message.language,
  text: message.text,
  ...(message.decidedElsewhere.length > 0 && { decided_elsewhere: message.decidedElsewhere }),
});
