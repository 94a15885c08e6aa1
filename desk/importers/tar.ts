import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { sentenceOf } from '../reason.ts';
import { ImportError } from './import-error.ts';
import { CutError, type Input } from './input.ts';
import type { Limits } from './limits.ts';
import { labelOf } from './member-name.ts';

/**
 * The files of a tar archive in its own order. A tar has no table of contents: a member that is read before the next one
 * is asked for comes straight out of the running pass; one read later costs another pass over the archive.
 */
export async function* tarMembers(archive: Input, limits: Limits): AsyncGenerator<Input> {
  let ordinal = 0;
  for await (const { name, size, bytes } of entriesOf(archive)) {
    const wanted = ordinal++;
    if (wanted >= limits.members)
      throw new ImportError(
        archive.path,
        archive.member,
        `holds more than ${limits.members} files.`,
        'Unpack it and import the files that you need.',
      );
    const running = new RunningEntry(bytes, () => anotherPass(archive, wanted));
    yield {
      path: archive.path,
      member: archive.member === '' ? name : `${archive.member}/${name}`,
      name: basename(name),
      size,
      plain: false,
      modified: archive.modified,
      bytes: () => running.bytes(),
    };
    running.close();
  }
}

interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly bytes: AsyncIterator<Buffer>;
}

async function* entriesOf(archive: Input): AsyncGenerator<TarEntry> {
  let cut: unknown = null;
  const source = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of archive.bytes()) yield Buffer.from(chunk);
    } catch (thrown) {
      // Ending here lets the reader hand out what it has; the cut is told below.
      if (!(thrown instanceof CutError)) throw thrown;
      cut = thrown;
    }
  };
  const tar = extract();
  const feed = Readable.from(source(), { objectMode: false, highWaterMark: 1 });
  feed.on('error', (error) => tar.destroy(error));
  feed.pipe(tar);
  try {
    for await (const entry of tar) {
      if (entry.header.type !== 'file' && entry.header.type !== 'contiguous-file' && entry.header.type !== null) {
        entry.resume();
        continue;
      }
      const iterator = (entry as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
      const bytes = guarded(iterator);
      yield { name: labelOf(entry.header.name), size: entry.header.size ?? 0, bytes };
      // The next header comes only after this entry was read to its end.
      while (!(await bytes.next()).done);
    }
  } catch (thrown) {
    if (thrown instanceof ImportError) throw thrown;
    throw new CutError(`The tar archive ends or breaks too early. ${sentenceOf(thrown)}`);
  } finally {
    feed.destroy();
    tar.destroy();
  }
  if (cut !== null) throw cut;
}

async function* guarded(iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (;;) {
    let next: IteratorResult<Buffer>;
    try {
      next = await iterator.next();
    } catch (thrown) {
      throw new CutError(`The tar archive ends or breaks here. ${sentenceOf(thrown)}`);
    }
    if (next.done === true) return;
    yield next.value;
  }
}

/**
 * One entry of the running pass. Its first bytes can be looked at as often as needed; the reader that first goes beyond
 * them takes the rest, and every other one goes on in another pass.
 */
class RunningEntry {
  readonly #rest: AsyncIterator<Buffer>;
  readonly #again: () => AsyncIterable<Buffer>;
  readonly #seen: Buffer[] = [];
  #length = 0;
  /** The reader that took the rest. */
  #taker: symbol | null = null;
  #closed = false;

  constructor(rest: AsyncIterator<Buffer>, again: () => AsyncIterable<Buffer>) {
    this.#rest = rest;
    this.#again = again;
  }

  /** The pass moves on: what was not read of the entry needs another one. */
  close(): void {
    this.#closed = true;
  }

  async *bytes(): AsyncGenerator<Buffer> {
    const reader = Symbol();
    let given = 0;
    for (let i = 0; ; i++) {
      const seen = this.#seen[i];
      if (seen !== undefined) {
        given += seen.length;
        yield seen;
        continue;
      }
      if (this.#closed || (this.#taker !== null && this.#taker !== reader)) {
        yield* behind(this.#again(), given);
        return;
      }
      const next = await this.#rest.next();
      if (next.done === true) return;
      if (this.#length < KEEP) this.#seen.push(next.value);
      else this.#taker = reader;
      this.#length += next.value.length;
      given += next.value.length;
      yield next.value;
    }
  }
}

/** The bytes behind the first `skip`. */
async function* behind(bytes: AsyncIterable<Buffer>, skip: number): AsyncGenerator<Buffer> {
  let left = skip;
  for await (const chunk of bytes) {
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** Bytes of a running entry that are kept for a second look. */
const KEEP = 256 * 1024;

async function* anotherPass(archive: Input, wanted: number): AsyncGenerator<Buffer> {
  let ordinal = 0;
  for await (const { bytes } of entriesOf(archive)) {
    if (ordinal++ !== wanted) continue;
    for (;;) {
      const next = await bytes.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  throw new CutError('The archive changed while it was read.');
}
