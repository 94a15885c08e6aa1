/**
 * Fetches a base model: the only thing in this program that goes to a network, and only when somebody asks for it. Nothing
 * is connected to but the hosts that were named before; what was cut off is gone on with; a file is of no use before its
 * SHA-256 is the one that the catalog says.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { reasonOf } from '../reason.ts';
import { fileSha256 } from '../../engine/model/file-hash.ts';
import { addModel } from './add.ts';
import type { CatalogModel, Offer } from './catalog.ts';
import { ModelFileError } from './errors.ts';
import type { Places } from './places.ts';

export type GetProgress =
  /** before anything is connected to */
  | { readonly kind: 'hosts'; readonly hosts: readonly string[]; readonly bytes: number }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'checking' }
  | { readonly kind: 'done'; readonly model: CatalogModel };

const REDIRECTS = 5;
/** A connection that was cut is tried again, as long as each brings something. */
const PAUSE_MS = 1000;
const TELL_MS = 100;

/**
 * Gets a model of the catalog, step by step. What was there of an earlier try is gone on with.
 * @throws ModelFileError; when the signal aborts
 */
export async function* getModel(
  places: Places,
  offer: Offer,
  signal?: AbortSignal,
): AsyncGenerator<GetProgress, void, void> {
  yield { kind: 'hosts', hosts: hostsOf(offer), bytes: offer.size };
  await mkdir(places.modelsFolder, { recursive: true });
  const part = join(places.modelsFolder, `${offer.file}.part`);
  for (let at = await sizeOf(part); at < offer.size;) {
    const before = at;
    try {
      for await (at of fetched(offer, part, at, signal)) yield { kind: 'progress', done: at, total: offer.size };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ModelFileError) throw error;
      at = await sizeOf(part);
      if (at <= before) throw cut(offer, part, error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    if (at <= before) throw cut(offer, part, new Error('it ended early'));
  }
  yield { kind: 'checking' };
  const sha256 = await fileSha256(part, signal);
  if (sha256 !== offer.sha256) {
    await rm(part, { force: true });
    throw new ModelFileError(
      part,
      `What ${hostsOf(offer)[0]} gave is not ${offer.title}: its SHA-256 is ${sha256} instead of ${offer.sha256}. It was removed.`,
      'Try again later; if it happens again, somebody changed the file there.',
    );
  }
  const { model } = await addModel(places, part, { ...(signal && { signal }), moves: true, known: offer });
  yield { kind: 'done', model };
}

/** Hosts that may be connected to; the first one is asked first. */
export const hostsOf = ({ url, hosts }: Pick<Offer, 'url' | 'hosts'>): readonly string[] => [
  new URL(url).host,
  ...hosts.filter((host) => host !== new URL(url).host),
];

/** Appends to `part` what is behind `at`, and gives how much is there, again and again. */
async function* fetched(
  offer: Offer,
  part: string,
  at: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<number, void, void> {
  const response = await answerOf(offer, at, signal);
  const goesOn = response.status === 206;
  const total = goesOn
    ? Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1])
    : Number(response.headers.get('content-length') ?? offer.size);
  if (total !== offer.size) {
    throw new ModelFileError(
      part,
      `The file at ${offer.url} has ${total} bytes instead of ${offer.size}: it is another one.`,
      'A newer Moderato may know the new file; until then get it yourself and add it with `moderato models add FILE`.',
    );
  }
  if (response.body === null) throw new Error('the answer is empty');
  // Where the server does not know parts, it begins anew.
  let done = goesOn ? at : 0;
  const file = createWriteStream(part, { flags: goesOn ? 'a' : 'w' });
  const writer = Writable.toWeb(file).getWriter();
  let told = 0;
  try {
    for await (const chunk of response.body) {
      if (done + chunk.length > offer.size) throw new Error('it is longer than it said');
      await writer.write(chunk);
      done += chunk.length;
      const now = performance.now();
      if (now - told < TELL_MS) continue;
      told = now;
      yield done;
    }
    await writer.close();
  } catch (error) {
    await writer.abort().catch(() => {});
    throw isFull(error) ? full(offer, part, done) : error;
  }
  yield done;
}

/** Follows redirects, to the hosts that were named and to no other. */
async function answerOf(offer: Offer, at: number, signal: AbortSignal | undefined): Promise<Response> {
  const allowed = hostsOf(offer);
  let url = new URL(offer.url);
  for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
    if (!allowed.includes(url.host) || !(url.protocol === 'https:' || isLoopback(url))) throw elsewhere(offer, url);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { ...(at > 0 && { range: `bytes=${at}-` }) },
      ...(signal && { signal }),
    });
    const location = response.headers.get('location');
    if (response.status === 200 || response.status === 206) return response;
    await response.body?.cancel();
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw new ModelFileError(
        offer.url,
        `${url.host} answered ${response.status} ${response.statusText}`.trim() + ` for ${offer.title}.`,
        'Try again later, or get the file yourself and add it with `moderato models add FILE`.',
      );
    }
    url = new URL(location, url);
  }
  throw new ModelFileError(offer.url, `${url.host} sends from one place to the next.`, 'Try again later.');
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost';

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

const elsewhere = (offer: Offer, url: URL): ModelFileError =>
  new ModelFileError(
    offer.url,
    `${new URL(offer.url).host} sends to ${url.host}, which was not named: nothing was fetched from there.`,
    'Get the file yourself if you trust that place, and add it with `moderato models add FILE`.',
  );

const full = (offer: Offer, part: string, done: number): ModelFileError =>
  new ModelFileError(
    part,
    `There is no room left on the disk: ${Math.ceil((offer.size - done) / 1e6)} MB of ${offer.title} are missing.`,
    'Free some space, then run it again: it goes on from there.',
  );

const cut = (offer: Offer, part: string, error: unknown): ModelFileError =>
  new ModelFileError(
    part,
    `The connection to ${new URL(offer.url).host} failed: ${reasonOf(causeOf(error))}.`,
    'Run it again when the network is there: it goes on from where it was.',
    error,
  );

/** fetch says only that it failed; why stands in its cause. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error;
