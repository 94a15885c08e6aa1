import type { Format } from '../importers/record.ts';
import { repliesTo } from '../queue/replies.ts';
import { readBody } from '../review/link.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import type { Item, ItemRecord } from '../store/items.ts';
import type { Link } from '../store/links.ts';
import type { Source } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import {
  type Context,
  type DecisionLine,
  type Message,
  type Neighbour,
  type Version,
  folderOf,
  json,
  jsonLines,
  recordBytes,
} from './files.ts';
import { markOf } from './marks.ts';
import { referenceOf } from './references.ts';

export interface Part {
  readonly name: string;
  readonly content: Buffer;
}

export interface Selection {
  /** numbers of messages */
  readonly items: readonly number[];
  readonly names: boolean;
  /** messages of the channel that go along, before and after each */
  readonly before: number;
  readonly after: number;
}

const ENDINGS: Readonly<Record<Format, string>> = {
  'discord-json': 'json',
  'discord-csv': 'csv',
  'telegram-json': 'json',
  'whatsapp-txt': 'txt',
  'mastodon-outbox': 'json',
  'reddit-jsonl': 'json',
  'reddit-listing': 'json',
  'reddit-request': 'csv',
  csv: 'csv',
  jsonl: 'json',
  parquet: 'json',
};

/** The files of one message. @param place in the evidence file, from 1 */
export function* messageFiles(
  store: Store,
  item: Item,
  place: number,
  sources: ReadonlyMap<number, { readonly number: number; readonly source: Source }>,
  { names, before, after }: Selection,
): Generator<Part, void, void> {
  const folder = folderOf(place);
  const records = store.items.records(item.id);
  const versions: Version[] = [];
  for (const record of records) {
    const from = sources.get(record.source);
    if (from === undefined) continue;
    const { number, source } = from;
    const file = names ? `record-${record.version}.${ENDINGS[source.format]}` : null;
    if (file !== null) yield { name: `${folder}/${file}`, content: recordBytes(record.raw) };
    versions.push(versionOf(store, item, record, number, source, file));
  }
  yield { name: `${folder}/message.json`, content: json(messageOf(store, item, versions, names)) };
  const around = store.items.context(item.id, before, after);
  const shown = (items: readonly Item[]): Neighbour[] =>
    items.filter(({ erased }) => !erased).map((one) => neighbourOf(store, one, names));
  const context: Context = {
    chain: shown(repliesTo(store, item)),
    before: shown(around?.before ?? []),
    after: shown(around?.after ?? []),
  };
  yield { name: `${folder}/context.json`, content: json(context) };
  const lines = store.links.allAbout(item.id).map((link) => lineOf(store, item, records, link, names));
  yield { name: `${folder}/decisions.jsonl`, content: jsonLines(lines) };
}

function versionOf(
  store: Store,
  item: Item,
  { version, text, edited, row, raw }: ItemRecord,
  number: number,
  source: Source,
  file: string | null,
): Version {
  const shown = file === null ? store.authors.shown(text, item.platform) : { text, replaced: [] };
  return {
    version,
    text: shown.text,
    replaced: shown.replaced.map(([start, end]) => [start, end]),
    edited: moment(edited, false),
    source: number,
    row,
    record: file,
    record_mark: markOf(source.sha256, 'record', raw),
    text_mark: markOf(source.sha256, 'text', text),
  };
}

function messageOf(store: Store, item: Item, versions: Version[], names: boolean): Message {
  const channel = names ? item.channel : store.authors.channel(item.platform, item.channel);
  return {
    message: referenceOf(store, item, names),
    message_id: item.messageId,
    kind: item.kind,
    platform: item.platform,
    channel: { id: channel.platformId, name: channel.name },
    author: item.author?.pseudonym ?? null,
    time: moment(item.time, item.localTime),
    time_is_utc: !item.localTime,
    deleted: moment(item.deleted, false),
    reply_to: item.replyTo,
    language: item.language,
    // Files are called after people as well.
    attachments: item.attachments.map(({ name, path, ...one }) =>
      names ? { name, ...(path !== undefined && { path }), ...one } : { name: null, ...one },
    ),
    reactions: item.reactions.map((one) => ({ ...one })),
    versions,
  };
}

const neighbourOf = (store: Store, item: Item, names: boolean): Neighbour => ({
  message: referenceOf(store, item, names),
  message_id: item.messageId,
  author: item.author?.pseudonym ?? null,
  time: moment(item.time, item.localTime),
  reply_to: item.replyTo,
  text: store.authors.shown(item.text, item.platform).text,
});

/** With body and salt where neither the author nor what was replaced by a pseudonym could be tried out with them. */
function lineOf(store: Store, item: Item, records: readonly ItemRecord[], link: Link, names: boolean): DecisionLine {
  const text = records.find(({ version }) => version === link.version)?.text ?? '';
  const shown = (words: string): string => (names ? words : store.authors.shown(words, item.platform).text);
  const note = link.note === null ? null : shown(link.note);
  const named = names || item.messageId !== null;
  const open = named && shown(text) === text && note === link.note;
  return {
    reviewer: reviewerPseudonym(store.reviewers.get(link.reviewer)?.publicKey ?? ''),
    body: named ? link.body : null,
    said: named ? null : saidBy(link),
    hash: link.hash.toString('hex'),
    salt: open ? (link.salt?.toString('hex') ?? null) : null,
    note,
    undone: store.links.isUndone(link.reviewer, link.action),
  };
}

/** What a link says, without what its hash could be found with. */
function saidBy({ body: json, seq, kind, version }: Link): DecisionLine['said'] {
  const body = readBody(json);
  const { deed } = body ?? {};
  return {
    seq,
    time: moment(body?.time ?? 0, false) ?? '',
    kind,
    version,
    labels: deed?.kind === 'decide' ? deed.labels : [],
    reasons: deed === undefined ? [] : 'reasons' in deed ? deed.reasons : 'reason' in deed ? [deed.reason] : [],
  };
}

/** ISO 8601; without Z where the zone is not known. */
const moment = (ms: number | null, local: boolean): string | null =>
  ms === null ? null : new Date(ms).toISOString().replace(/Z$/, local ? '' : 'Z');
