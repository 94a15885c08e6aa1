/** The queue as JSON: written row by row, because `--top all` may be a million of them. Nothing is masked. */
import { once } from 'node:events';
import { listQueue, type QueueFilter, type QueueRow } from '../../desk/queue/list.ts';
import type { Item } from '../../desk/store/items.ts';
import type { Revision } from '../../desk/store/revisions.ts';
import type { Workspace } from '../../desk/store/workspace.ts';
import type { Screen } from './screen.ts';

/** `{"queue": […], "summary": {…}}`; without a summary only the queue. */
export async function writeQueueJson(
  screen: Screen,
  workspace: Workspace,
  revision: Revision,
  filter: QueueFilter,
  summary?: object,
): Promise<void> {
  await writeRowsJson(screen, 'queue', queueRows(workspace, revision, filter), summary);
}

export async function writeRowsJson(
  screen: Screen,
  name: string,
  rows: Iterable<object>,
  summary?: object,
): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!screen.out.write(text)) await once(screen.out, 'drain');
  };
  await write(`{"${name}":[`);
  let first = true;
  for (const row of rows) {
    await write(`${first ? '' : ','}\n${JSON.stringify(row)}`);
    first = false;
  }
  await write(summary === undefined ? '\n]}\n' : `\n],"summary":${JSON.stringify(summary)}}\n`);
}

function* queueRows(workspace: Workspace, revision: Revision, filter: QueueFilter): Generator<object> {
  for (const row of listQueue(workspace, revision, filter)) yield queueRow(row);
}

const queueRow = ({ rank, item, text, verdict }: QueueRow): object => ({
  rank,
  ...itemJson(item, text),
  label: verdict.label,
  ...(verdict.labels && { labels: verdict.labels }),
  score: verdict.score,
  scores: verdict.scores,
});

/** What scripts need to find the message again, and its text. */
export const itemJson = (item: Item, text: string): object => ({
  item: item.id,
  platform: item.platform,
  id: item.messageId,
  channel: { id: item.channel.platformId, name: item.channel.name },
  author: item.author?.pseudonym ?? null,
  time: item.time === null ? null : new Date(item.time).toISOString().replace(/Z$/, item.localTime ? '' : 'Z'),
  language: item.language,
  text,
});
