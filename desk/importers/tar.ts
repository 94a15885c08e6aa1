import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { ImportError, sentenceOf } from './import-error.ts';
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
    const live = new ReadAhead(bytes);
    yield {
      path: archive.path,
      member: archive.member === '' ? name : `${archive.member}/${name}`,
      name: basename(name),
      size,
      plain: false,
      modified: archive.modified,
      bytes: () => live.read() ?? anotherPass(archive, wanted),
    };
    live.close();
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

/** Lets the first bytes of a running entry be looked at more than once, and the whole be read once. */
class ReadAhead {
  readonly #rest: AsyncIterator<Buffer>;
  readonly #seen: Buffer[] = [];
  #length = 0;
  #state: 'open' | 'taken' | 'closed' = 'open';

  constructor(rest: AsyncIterator<Buffer>) {
    this.#rest = rest;
  }

  /** All bytes from the start, or null when only another pass can give them. */
  read(): AsyncIterable<Buffer> | null {
    return this.#state === 'open' ? this.#replay() : null;
  }

  close(): void {
    this.#state = 'closed';
  }

  async *#replay(): AsyncGenerator<Buffer> {
    for (let i = 0; ; i++) {
      const seen = this.#seen[i];
      if (seen !== undefined) {
        yield seen;
        continue;
      }
      if (this.#state === 'closed') throw new CutError('The archive was read on before this file was.');
      const next = await this.#rest.next();
      if (next.done === true) return;
      // Up to here another reader may still start from the beginning; beyond, this one has taken the entry.
      if (this.#length < KEEP) this.#seen.push(next.value);
      else this.#state = 'taken';
      this.#length += next.value.length;
      yield next.value;
    }
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
