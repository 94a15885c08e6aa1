import { basename } from 'node:path';
import { fromBufferPromise, getFileNameLowLevel, openPromise, type Entry, type ZipFile } from 'yauzl';
import { sentenceOf } from '../reason.ts';
import { ImportError } from './import-error.ts';
import { allOf, CutError, type Input } from './input.ts';
import { UnpackWatch, type Limits } from './limits.ts';
import { labelOf } from './member-name.ts';

/** The files of a zip archive, sorted by name, each readable on its own as often as needed. */
export async function* zipMembers(archive: Input, limits: Limits): AsyncGenerator<Input> {
  const shared = new SharedZip(archive, limits);
  await using lease = await shared.open();
  const entries = await listEntries(lease.zip, archive, limits);
  for (const { entry, name } of entries)
    yield {
      path: archive.path,
      member: archive.member === '' ? name : `${archive.member}/${name}`,
      name: basename(name),
      size: entry.uncompressedSize,
      plain: false,
      modified: archive.modified,
      bytes: () => memberBytes(shared, entry, archive, name, limits),
    };
}

interface Lease extends AsyncDisposable {
  readonly zip: ZipFile;
}

/** Opens the archive once for all that read in it at a time, and closes it after the last. */
class SharedZip {
  readonly #archive: Input;
  readonly #limits: Limits;
  #zip: Promise<ZipFile> | null = null;
  #users = 0;

  constructor(archive: Input, limits: Limits) {
    this.#archive = archive;
    this.#limits = limits;
  }

  async open(): Promise<Lease> {
    this.#users++;
    this.#zip ??= this.#openZip();
    const opened = this.#zip;
    const close = (): Promise<void> => {
      this.#users--;
      if (this.#users > 0) return Promise.resolve();
      this.#zip = null;
      return opened.then(
        (zip) => zip.close(),
        () => undefined,
      );
    };
    try {
      return { zip: await opened, [Symbol.asyncDispose]: close };
    } catch (thrown) {
      await close();
      throw new ImportError(
        this.#archive.path,
        this.#archive.member,
        `is a zip archive whose table of contents cannot be read: it is cut or damaged. ${sentenceOf(thrown)}`,
        'Copy or download it again, or unpack it with another program and import the folder.',
      );
    }
  }

  async #openZip(): Promise<ZipFile> {
    // Names are decoded by ourselves: to the library a name with ".." is an error, to us it is only a label.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;
    if (this.#archive.plain) return openPromise(this.#archive.path, options);
    return fromBufferPromise(await allOf(this.#archive, this.#limits.heldBytes, 'A zip'), options);
  }
}

async function listEntries(
  zip: ZipFile,
  archive: Input,
  limits: Limits,
): Promise<readonly { readonly entry: Entry; readonly name: string }[]> {
  const entries: { entry: Entry; name: string }[] = [];
  const refuse = (what: string): ImportError =>
    new ImportError(archive.path, archive.member, what, 'Unpack it and import the files that you need.');
  if (zip.entryCount > limits.members) throw refuse(`holds more than ${limits.members} files.`);
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      const name = labelOf(
        getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false),
      );
      if (!name.endsWith('/')) entries.push({ entry, name });
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', (error: unknown) => reject(refuse(`has a damaged table of contents. ${sentenceOf(error)}`)));
    zip.readEntry();
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function* memberBytes(
  shared: SharedZip,
  entry: Entry,
  archive: Input,
  name: string,
  limits: Limits,
): AsyncGenerator<Buffer> {
  await using lease = await shared.open();
  if (entry.isEncrypted())
    throw new ImportError(archive.path, name, 'is locked with a password.', 'Unpack it and import the file itself.');
  const watch = new UnpackWatch(limits, archive.path, name);
  watch.in(Math.max(entry.compressedSize, 1));
  const stream = await lease.zip.openReadStreamPromise(entry).catch((thrown: unknown) => {
    throw new CutError(sentenceOf(thrown));
  });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      watch.out(chunk.length);
      yield chunk;
    }
  } catch (thrown) {
    if (thrown instanceof ImportError) throw thrown;
    throw new CutError(`The archive is damaged here. ${sentenceOf(thrown)}`);
  } finally {
    stream.destroy();
  }
}
