import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';

/**
 * Raw records, some hundred to a block: on chat exports that is four times smaller than one by one.
 *
 * A block is zstd over: count (uint32) · per record its length in bytes * 2 + form (uint32) · the records.
 * Form 0 is UTF-8; form 1 is UTF-16LE, for the rare record with half a surrogate pair, which UTF-8 cannot hold.
 * Numbers are little-endian.
 */
export const RECORDS_PER_BLOCK = 500;

/** A block is closed when its records reach this many bytes, so that reading one record stays cheap. */
export const BLOCK_BYTES = 1 << 20;

/** items.raw is block * RAW_STRIDE + place in the block. */
export const RAW_STRIDE = 4096;

const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };
/** A block that claims to be larger than any that is written is damaged or hostile. */
const MAX_BLOCK_BYTES = 256 << 20;

/** Gathers records for one block. They are encoded at once, so that no string is kept. */
export class RawBlock {
  readonly #lengths: number[] = [];
  #bytes = Buffer.allocUnsafe(1 << 18);
  #end = 0;

  /** Bytes gathered so far. */
  get size(): number {
    return this.#end;
  }

  get count(): number {
    return this.#lengths.length;
  }

  /** @returns the record's place in the block */
  add(record: string): number {
    const room = this.#end + 3 * record.length;
    if (room > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(room, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.#end);
      this.#bytes = grown;
    }
    const wellFormed = record.isWellFormed();
    const length = this.#bytes.write(record, this.#end, wellFormed ? 'utf8' : 'utf16le');
    this.#end += length;
    return this.#lengths.push(length * 2 + (wellFormed ? 0 : 1)) - 1;
  }

  /** What was gathered, in memory of its own, ready for `compressRaw`; the block begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const head = 4 + 4 * this.#lengths.length;
    const block = Buffer.alloc(head + this.#end);
    block.writeUInt32LE(this.#lengths.length, 0);
    this.#lengths.forEach((length, place) => block.writeUInt32LE(length, 4 + 4 * place));
    this.#bytes.copy(block, head, 0, this.#end);
    this.#lengths.length = 0;
    this.#end = 0;
    if (this.#bytes.length > 4 * BLOCK_BYTES) this.#bytes = Buffer.allocUnsafe(1 << 18);
    return block;
  }
}

/** A gathered block as raw_blocks.data holds it. */
export function compressRaw(block: Uint8Array): Buffer {
  return zstdCompressSync(block, OPTIONS);
}

/** Compresses records (at most RAW_STRIDE) into one block. */
export function packRaw(records: readonly string[]): Buffer {
  const block = new RawBlock();
  for (const record of records) block.add(record);
  return compressRaw(block.take());
}

/**
 * The block without some of its records; all others keep their places.
 * @throws RangeError when the block is damaged
 */
export function withoutRaw(block: Uint8Array, places: readonly number[]): Buffer {
  const count = zstdDecompressSync(block, { maxOutputLength: MAX_BLOCK_BYTES }).readUInt32LE(0);
  const records = Array.from({ length: count }, (_, place) => (places.includes(place) ? '' : unpackRaw(block, place)));
  return packRaw(records);
}

/**
 * One record of a block, exactly as it was packed.
 * @throws RangeError when the block is damaged or has no such place
 */
export function unpackRaw(block: Uint8Array, place: number): string {
  const bytes = zstdDecompressSync(block, { maxOutputLength: MAX_BLOCK_BYTES });
  const count = bytes.length >= 4 ? bytes.readUInt32LE(0) : 0;
  if (place < 0 || place >= count || 4 + 4 * count > bytes.length) {
    throw new RangeError(`A block of raw records has no record number ${place}.`);
  }
  let start = 4 + 4 * count;
  for (let i = 0; i < place; i++) start += bytes.readUInt32LE(4 + 4 * i) >>> 1;
  const entry = bytes.readUInt32LE(4 + 4 * place);
  const end = start + (entry >>> 1);
  if (end > bytes.length) throw new RangeError('A block of raw records is shorter than it says.');
  return bytes.toString((entry & 1) === 1 ? 'utf16le' : 'utf8', start, end);
}
