import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { CutError, type Input } from './input.ts';
import { UnpackWatch, type Limits } from './limits.ts';

const OUT_CHUNK = 256 * 1024;

export type Compression = 'gzip' | 'zstd' | 'zst-blocks';

/** What a `.gz`, `.zst` or `.zst_blocks` holds, as an input of its own. */
export function unpacked(packed: Input, compression: Compression, limits: Limits): Input {
  return {
    path: packed.path,
    member: packed.member,
    name: packed.name.replace(/\.(gz|gzip|zst|zstd|zst_blocks)$/i, '').replace(/\.(tgz)$/i, '.tar'),
    size: null,
    plain: false,
    modified: packed.modified,
    bytes: () => unpackBytes(packed, compression, limits),
  };
}

function unpackBytes(packed: Input, compression: Compression, limits: Limits): AsyncIterable<Buffer> {
  const watch = new UnpackWatch(limits, packed.path, packed.member);
  switch (compression) {
    case 'gzip':
      return through(packed.bytes(), () => createGunzip({ chunkSize: OUT_CHUNK }), 16 * 1024, watch);
    case 'zstd':
      return through(packed.bytes(), zstdDecoder, 4 * 1024, watch);
    case 'zst-blocks':
      return zstBlocks(packed.bytes(), watch);
  }
}

type Decoder = Gunzip | ZstdDecompress;

function zstdDecoder(): ZstdDecompress {
  // Reddit's monthly dumps are packed with a window of up to 2 GiB; the decoder refuses above 128 MiB unless told.
  return createZstdDecompress({ chunkSize: OUT_CHUNK, params: { [constants.ZSTD_d_windowLogMax]: 31 } });
}

/** One decoder at work: what it gave so far, and how it ended. */
class Unpacking {
  readonly #decoder: Decoder;
  readonly #closed: Promise<void>;
  #out: Buffer[] = [];
  #fed = 0;
  /** The data are broken or cut. */
  failed = false;
  /** A limit was passed. */
  over: unknown = null;

  constructor(decoder: Decoder, watch: UnpackWatch) {
    this.#decoder = decoder;
    this.#closed = new Promise((resolve) => decoder.on('close', () => resolve()));
    decoder.on('error', () => (this.failed = true));
    decoder.on('data', (chunk: Buffer) => {
      try {
        watch.out(chunk.length);
        this.#out.push(chunk);
      } catch (thrown) {
        this.over ??= thrown;
        decoder.destroy();
      }
    });
  }

  get stopped(): boolean {
    return this.failed || this.over !== null;
  }

  /** Decodes a piece; gives the bytes of it that lie behind the end of what the decoder can read. */
  async feed(piece: Buffer): Promise<Buffer> {
    this.#fed += piece.length;
    await Promise.race([new Promise<void>((resolve) => this.#decoder.write(piece, () => resolve())), this.#closed]);
    const behind = this.stopped ? 0 : this.#fed - this.#decoder.bytesWritten;
    return piece.subarray(piece.length - behind);
  }

  /** Tells the decoder that nothing follows; `failed` is settled then. */
  async end(): Promise<void> {
    if (this.stopped) return;
    this.#decoder.end();
    await this.#closed;
  }

  take(): Buffer[] {
    return this.#out.splice(0);
  }

  destroy(): void {
    this.#decoder.destroy();
  }
}

/**
 * Pushes packed bytes through a decoder in small pieces and yields what came out of each before the next goes in: the
 * output held at once stays bounded by the piece, and nothing that was decoded is lost when the data turn out to be cut.
 */
async function* through(
  packed: AsyncIterable<Buffer>,
  decoder: () => Decoder,
  size: number,
  watch: UnpackWatch,
): AsyncGenerator<Buffer> {
  let unpacking = new Unpacking(decoder(), watch);
  try {
    const bytes = uncut(packed);
    let ended = false;
    for await (const chunk of bytes.chunks) {
      for (let at = 0; at < chunk.length && !unpacking.stopped && !ended; at += size) {
        const piece = chunk.subarray(at, at + size);
        watch.in(piece.length);
        let behind = await unpacking.feed(piece);
        yield* unpacking.take();
        // Node's decoder stops after one zstd frame; parallel packers write many.
        while (behind.length > 0 && !unpacking.stopped && !ended) {
          ended = !isFrame(behind);
          if (ended) break;
          unpacking.destroy();
          unpacking = new Unpacking(decoder(), watch);
          behind = await unpacking.feed(behind);
          yield* unpacking.take();
        }
      }
      if (unpacking.stopped || ended) break;
    }
    if (!ended) await unpacking.end();
    yield* unpacking.take();
    if (unpacking.over !== null) throw unpacking.over;
    if (unpacking.failed || bytes.cut())
      throw new CutError('The compressed data end or break before the file in them does.');
  } finally {
    unpacking.destroy();
  }
}

/** The bytes up to where they break, and whether they did. */
function uncut(packed: AsyncIterable<Buffer>): { readonly chunks: AsyncIterable<Buffer>; readonly cut: () => boolean } {
  let cut = false;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* packed;
    } catch (thrown) {
      if (!(thrown instanceof CutError)) throw thrown;
      cut = true;
    }
  };
  return { chunks: chunks(), cut: () => cut };
}

/** Whether another zstd frame begins here; anything else behind the last one is padding. A few bytes may be its start. */
function isFrame(bytes: Buffer): boolean {
  if (bytes.length < 4) return bytes[0] === 0x28 || (bytes[0] ?? 0) >> 4 === 5;
  const magic = bytes.readUInt32LE(0);
  return magic === 0xfd2fb528 || (magic >= 0x184d2a50 && magic <= 0x184d2a5f);
}

/** Arctic Shift's `.zst_blocks`: [size u32][zstd frame], each frame [rows u32][offset u32, size u32 …][row bytes]. */
async function* zstBlocks(packed: AsyncIterable<Buffer>, watch: UnpackWatch): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of packed) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32LE(0)) {
      const end = 4 + pending.readUInt32LE(0);
      yield* blockLines(pending.subarray(4, end), watch);
      pending = pending.subarray(end);
    }
  }
  if (pending.length > 0) throw new CutError('The compressed data end in the middle of a block.');
}

async function* blockLines(frame: Buffer, watch: UnpackWatch): AsyncGenerator<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of through(once(frame), zstdDecoder, frame.length, watch)) parts.push(part);
  const block = Buffer.concat(parts);
  const rows = block.length >= 4 ? block.readUInt32LE(0) : 0;
  const data = 4 + rows * 8;
  if (data > block.length) throw new CutError('A block of rows is shorter than it says.');
  const newline = Buffer.from('\n');
  const lines: Buffer[] = [];
  for (let row = 0; row < rows; row++) {
    const from = data + block.readUInt32LE(4 + row * 8);
    lines.push(block.subarray(from, from + block.readUInt32LE(8 + row * 8)), newline);
  }
  yield Buffer.concat(lines);
}

async function* once(buffer: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(buffer);
}
