/** A chat with real names in every corner that an export has, imported and decided. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { EvidenceReport } from '../../../desk/evidence/evidence-job.ts';
import { Knocking, type Ids } from '../door/fixtures.ts';

/** None of these may leave without being asked for. */
export const SECRETS = ['Grace', 'Brewster', '700000000000000001', '700000000000000002', 'gracehandle', 'Ada'];

const message = (at: number, author: 'Grace' | 'Hal', content: string, replyTo: number | null = null) => ({
  id: String(1_200_000_000_000_000_000n + BigInt(at)),
  type: replyTo === null ? 'Default' : 'Reply',
  timestamp: new Date(Date.UTC(2026, 4, 4, 12, 0, at)).toISOString(),
  timestampEdited: null,
  isPinned: false,
  content,
  author: {
    id: author === 'Grace' ? '700000000000000001' : '700000000000000002',
    name: author === 'Grace' ? 'Grace Brewster' : 'Hal Brewster',
    discriminator: '0000',
    nickname: 'gracehandle',
    isBot: false,
    avatarUrl: 'https://cdn.example/700000000000000001.png',
  },
  attachments: [{ id: '1', url: 'chat_Files/Grace-passport.png', fileName: 'Grace-passport.png', fileSizeBytes: 7 }],
  embeds: [],
  reactions: [],
  mentions: [],
  ...(replyTo !== null && {
    reference: { messageId: String(1_200_000_000_000_000_000n + BigInt(replyTo)), channelId: '2', guildId: '1' },
  }),
});

export const chat = (): string =>
  JSON.stringify(
    {
      guild: { id: '1', name: 'Harbour', iconUrl: '' },
      channel: { id: '2', type: 'GuildTextChat', categoryId: null, category: null, name: 'general', topic: null },
      dateRange: { after: null, before: null },
      messages: [
        message(0, 'Hal', 'good morning to all of you in the harbour'),
        message(1, 'Grace', 'hello @Hal Brewster, what do you say to <b>this</b>?', 0),
        message(2, 'Hal', 'I say that it is a fine day, all in all', 1),
        message(3, 'Grace', 'and I say that it rains, as it always does here'),
      ],
      messageCount: 4,
    },
    null,
    2,
  );

export interface Moderated extends AsyncDisposable {
  readonly k: Knocking;
  readonly ids: Ids;
  /** path of the original */
  readonly source: string;
  evidence(name: string, items: readonly number[], names: boolean): Promise<string>;
}

export async function moderated(): Promise<Moderated> {
  const k = new Knocking();
  const { client, folder } = k;
  await client.workspace.open({ path: k.path, create: 'must' });
  const source = folder.file('chat.json');
  await k.import('chat.json', chat());
  const ids = await k.people();
  const seen = (item: number) => [{ item, version: 1 }];
  await client.review.decide({ reviewer: ids.ada, seen: seen(2), labels: [ids.insult], note: 'rule 4 of the house' });
  await client.review.decide({ reviewer: ids.ada, seen: seen(3), labels: [ids.fine], note: 'as @Grace Brewster said' });
  await client.review.undo({ reviewer: ids.ada });
  await client.review.decide({ reviewer: ids.ben, seen: seen(3), labels: [ids.threat] });
  return {
    k,
    ids,
    source,
    evidence: async (name, items, names) => {
      const path = folder.file(name);
      const { id } = await client.jobs.start({ kind: 'evidence', path, reviewer: ids.ada, items: [...items], names });
      const job = await k.ended(id);
      assert.equal(job.state, 'done', job.problem?.message);
      const report = job.report as unknown as EvidenceReport;
      assert.equal(report.messages, new Set(items).size);
      return path;
    },
    [Symbol.asyncDispose]: () => k[Symbol.asyncDispose](),
  };
}

/** Writes another version of a file and gives its path. */
export function changed(path: string, bytes: Buffer): string {
  const other = path.replace(/(\.\w+)$/, '-changed$1');
  writeFileSync(other, bytes);
  return other;
}
