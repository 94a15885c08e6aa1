import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import type { Duplex } from 'node:stream';
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
      return through(packed.bytes(), createGunzip({ chunkSize: OUT_CHUNK }), 16 * 1024, watch);
    case 'zstd':
      return through(packed.bytes(), zstdDecoder(), 4 * 1024, watch);
    case 'zst-blocks':
      return zstBlocks(packed.bytes(), watch);
  }
}

function zstdDecoder(): Duplex {
  // Reddit's monthly dumps are packed with a window of up to 2 GiB; the decoder refuses above 128 MiB unless told.
  return createZstdDecompress({ chunkSize: OUT_CHUNK, params: { [constants.ZSTD_d_windowLogMax]: 31 } });
}

/**
 * Pushes packed bytes through a decoder in small pieces and yields what came out of each before the next goes in: the
 * output held at once stays bounded by the piece, and nothing that was decoded is lost when the data turn out to be cut.
 */
async function* through(
  packed: AsyncIterable<Buffer>,
  decoder: Duplex,
  piece: number,
  watch: UnpackWatch,
): AsyncGenerator<Buffer> {
  const out: Buffer[] = [];
  let failed: unknown = null;
  let over: unknown = null;
  decoder.on('data', (chunk: Buffer) => {
    try {
      watch.out(chunk.length);
      out.push(chunk);
    } catch (thrown) {
      over = thrown;
      decoder.destroy();
    }
  });
  decoder.on('error', (error) => (failed = error));
  const closed = new Promise<void>((resolve) => decoder.on('close', resolve));
  let cut: unknown = null;
  try {
    try {
      for await (const chunk of packed) {
        for (let at = 0; at < chunk.length && failed === null && over === null; at += piece) {
          const part = chunk.subarray(at, at + piece);
          watch.in(part.length);
          await Promise.race([new Promise<void>((resolve) => decoder.write(part, () => resolve())), closed]);
          yield* out.splice(0);
        }
        if (failed !== null || over !== null) break;
      }
    } catch (thrown) {
      if (!(thrown instanceof CutError)) throw thrown;
      cut = thrown;
    }
    if (failed === null && over === null) {
      decoder.end();
      await closed;
    }
    yield* out.splice(0);
    if (over !== null) throw over;
    if (failed !== null || cut !== null)
      throw new CutError('The compressed data end or break before the file in them does.');
  } finally {
    decoder.destroy();
  }
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
  for await (const part of through(once(frame), zstdDecoder(), frame.length, watch)) parts.push(part);
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
