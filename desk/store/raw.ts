import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib';

/**
 * Raw records, some hundred to a block: on chat exports that is four times smaller than one by one.
 *
 * A block is zstd over: count (uint32) · per record its length in bytes * 2 + form (uint32) · the records.
 * Form 0 is UTF-8; form 1 is UTF-16LE, for the rare record with half a surrogate pair, which UTF-8 cannot hold.
 * Numbers are little-endian.
 */
export const RECORDS_PER_BLOCK = 500;

/** A block is closed when its records reach this many UTF-16 units, so that reading one record stays cheap. */
export const BLOCK_UNITS = 1 << 20;

/** items.raw is block * RAW_STRIDE + place in the block. */
export const RAW_STRIDE = 4096;

const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } };
/** A block that claims to be larger than any that is written is damaged or hostile. */
const MAX_BLOCK_BYTES = 256 << 20;

/** Compresses records (at most RAW_STRIDE) into one block. */
export function packRaw(records: readonly string[]): Buffer {
  const head = 4 + 4 * records.length;
  let room = head;
  for (const record of records) room += record.length * 3;
  const bytes = Buffer.allocUnsafe(room);
  bytes.writeUInt32LE(records.length, 0);
  let end = head;
  records.forEach((record, place) => {
    const wellFormed = record.isWellFormed();
    const length = bytes.write(record, end, wellFormed ? 'utf8' : 'utf16le');
    bytes.writeUInt32LE(length * 2 + (wellFormed ? 0 : 1), 4 + 4 * place);
    end += length;
  });
  return zstdCompressSync(bytes.subarray(0, end), OPTIONS);
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
