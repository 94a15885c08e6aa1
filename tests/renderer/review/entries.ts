import type { QueueEntry } from '../../../desk/contract/shapes.ts';

/** A message of a queue, of which only its number matters. */
export const entryOf = (id: number, over: Partial<QueueEntry> = {}): QueueEntry => ({
  message: {
    id,
    kind: 'message',
    platform: 'discord',
    channel: { id: 1, platformId: 'c', name: 'general' },
    author: { id: 1, pseudonym: 'user-1', bot: false },
    messageId: String(id),
    time: id,
    localTime: false,
    edited: null,
    deleted: null,
    replyTo: null,
    forwarded: false,
    text: `message ${id}`,
    version: 1,
    language: 'en',
    attachments: [],
    reactions: [],
    decidedElsewhere: [],
    source: 1,
  },
  status: 'open',
  model: null,
  opinion: null,
  notRead: null,
  audit: false,
  disagree: false,
  labels: null,
  ...over,
});
