/**
 * Messages as a file for others: what was written, around what, what was decided, and proof. It is made twice: first to
 * know what will be in it, which is written into the reviewer's chain, then to the disk. So no real name leaves before it
 * is written down that it does, and the chain says what the file holds.
 */
import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { z } from 'zod';
import type { EvidenceStart } from '../contract/jobs.ts';
import { DeskError } from '../errors.ts';
import { wholeFile } from '../exporters/whole-file.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { headsOf, signerOf } from '../review/heads.ts';
import { readBody } from '../review/link.ts';
import { standing } from '../review/standing.ts';
import type { Item } from '../store/items.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import { type Reviewer, pemOf } from '../store/reviewers.ts';
import type { Source } from '../store/sources.ts';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { custodyOf } from './custody.ts';
import {
  AFTER_LINK,
  CUSTODY,
  HEAD,
  type Head,
  KEY,
  NAMES,
  SIGNATURE,
  SUMS,
  contentOf,
  json,
  jsonLines,
  sumsOf,
} from './files.ts';
import { markOf, sourceMark } from './marks.ts';
import { type Part, messageFiles } from './message-files.ts';
import { referenceOf } from './references.ts';
import { readMe } from './read-me.ts';
import { ZIP_LIMITS, type ZipLimits } from './zip-layout.ts';
import { ZipRoom, ZipWriter } from './zip-writer.ts';

export interface EvidenceReport {
  readonly path: string;
  readonly messages: number;
  readonly names: boolean;
  /** SHA-256 of SHA256SUMS, hexadecimal */
  readonly sums: string;
  /** whose signature it has */
  readonly publicKey: string;
}

type Start = z.infer<typeof EvidenceStart>;
type Sources = ReadonlyMap<number, { readonly number: number; readonly source: Source }>;

/** Each of the files that are made once the link is there is smaller. */
const AFTER_LINK_BYTES = 1 << 26;

/**
 * Begins anew when it is started again. What does not fit into a zip is refused before the chain says that it left.
 * @throws DeskError
 */
export async function evidenceJob(
  store: Store,
  writer: WriterClient,
  start: Start,
  { signal, onProgress }: RunHooks,
  limits: ZipLimits = ZIP_LIMITS,
): Promise<EvidenceReport> {
  const reviewer = signerOf(store, start.reviewer);
  const items = [...new Set(start.items)].map((id) => standing(store, id));
  const sources = sourcesOf(store, items);
  const told = (doing: string) => async (done: number) => {
    onProgress({ doing, done, total: items.length, unit: 'messages' });
    await new Promise(setImmediate);
    signal.throwIfAborted();
  };
  const custody = jsonLines(custodyOf(store, items, sources, start.names));
  const parts = (onMessage: (done: number) => Promise<void>) =>
    contents(store, items, sources, custody, start, onMessage);
  let sums = '';
  await wholeFile(store, start.path, 'The export', signal, async (part) => {
    const promised = new Map<string, string>();
    const room = new ZipRoom(limits);
    for (const name of AFTER_LINK) room.take(name, AFTER_LINK_BYTES);
    for await (const { name, content } of parts(told('Gathering'))) {
      room.take(name, content.length);
      promised.set(name, hash('sha256', content));
    }
    const link = await writeDown(store, writer, reviewer, items, start.names, contentOf(promised));
    using zip = new ZipWriter(part);
    for await (const { name, content } of parts(told('Writing'))) {
      if (promised.get(name) !== hash('sha256', content)) throw changedMeanwhile();
      zip.add(name, content);
    }
    const head = json(headOf(store, reviewer, items, sources, start.names, link));
    const key = Buffer.from(pemOf(reviewer.publicKey));
    zip.add(HEAD, head);
    zip.add(KEY, key);
    sums = sumsOf(promised.set(HEAD, hash('sha256', head)).set(KEY, hash('sha256', key)));
    zip.add(SUMS, Buffer.from(sums));
    const signature = store.reviewers.sign(reviewer.id, Buffer.from(sums));
    if (signature === undefined) throw new Error('a reviewer of this workspace has no key');
    zip.add(SIGNATURE, signature);
    zip.finish();
  });
  const { path, names } = start;
  return { path, messages: items.length, names, sums: hash('sha256', sums), publicKey: reviewer.publicKey };
}

async function* contents(
  store: Store,
  items: readonly Item[],
  sources: Sources,
  custody: Buffer,
  start: Start,
  onMessage: (done: number) => Promise<void>,
): AsyncGenerator<Part, void, void> {
  yield { name: 'README.txt', content: Buffer.from(readMe(start.names)) };
  for (const [at, item] of items.entries()) {
    // As it is now: what was erased a moment ago does not leave.
    yield* messageFiles(store, standing(store, item.id), at + 1, sources, start);
    await onMessage(at + 1);
  }
  if (start.names) yield { name: NAMES, content: json(namesOf(store, items)) };
  yield { name: CUSTODY, content: custody };
}

/** Each author of the messages with the names of the exports. */
const namesOf = (store: Store, items: readonly Item[]) =>
  authorsOf(items).map(({ id, pseudonym }) => ({ author: pseudonym, names: store.authors.names(id) }));

const authorsOf = (items: readonly Item[]): NonNullable<Item['author']>[] => [
  ...new Map(items.flatMap(({ author }) => (author === null ? [] : [[author.id, author] as const]))).values(),
];

/** Where the versions of the messages came from, numbered from 1. */
function sourcesOf(store: Store, items: readonly Item[]): Sources {
  const sources = new Map<number, { number: number; source: Source }>();
  for (const item of items)
    for (const { source: id } of store.items.records(item.id)) {
      const source = sources.has(id) ? undefined : store.sources.get(id);
      if (source !== undefined) sources.set(id, { number: sources.size + 1, source });
    }
  return sources;
}

/** First it is written down that the messages leave, and whose names go with them. */
async function writeDown(
  store: Store,
  writer: WriterClient,
  reviewer: Reviewer,
  items: readonly Item[],
  names: boolean,
  content: string,
): Promise<Head['link']> {
  const { link, hash: sum } = await writer.write('evidence', {
    reviewer: reviewer.id,
    items: items.map((item) => referenceOf(store, item, names)),
    names: names ? authorsOf(items).map(({ pseudonym }) => pseudonym) : [],
    content,
  });
  return { body: store.links.get(link)?.body ?? '', hash: Buffer.from(sum).toString('hex') };
}

function headOf(
  store: Store,
  reviewer: Reviewer,
  items: readonly Item[],
  sources: Sources,
  names: boolean,
  link: Head['link'],
): Head {
  return {
    format: 'moderato-evidence',
    version: 1,
    made: new Date(readBody(link.body)?.time ?? Date.now()).toISOString(),
    names,
    by: { reviewer: reviewerPseudonym(reviewer.publicKey), public_key: reviewer.publicKey },
    messages: items.length,
    sources: [...sources.values()].map(({ number, source }) => ({
      source: number,
      format: source.format,
      size: source.size,
      imported: new Date(source.importedAt).toISOString(),
      mark: sourceMark(source.sha256),
      member_mark: markOf(source.sha256, 'member', source.member),
      file: names ? basename(source.path) : null,
      member: names ? source.member : null,
      sha256: names ? Buffer.from(source.sha256).toString('hex') : null,
    })),
    heads: headsOf(store).map(({ reviewer: { publicKey }, ...head }) => ({
      reviewer: reviewerPseudonym(publicKey),
      public_key: publicKey,
      ...head,
    })),
    link,
  };
}

const changedMeanwhile = (): DeskError =>
  new DeskError(
    'changed',
    'The messages, or what was decided about them, changed while the file was made.',
    'Start it again: nothing is left of this one.',
  );
