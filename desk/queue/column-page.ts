/**
 * A page of the queue's columns as bytes: a million items are read in a fifth of a second from 250 of them, and in several
 * from their rows.
 *   [length of the head, u32] [head, JSON, and spaces to a multiple of 8] [columns, each of `items` numbers, little-endian]
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { COLUMNS, COLUMN_NAMES, type Columns, type ColumnsPart } from './columns.ts';

/** Items of a page: the schema's triggers know it, too. */
export const PAGE_ITEMS = 4096;
/** Stands in the name of the model of a page: pages of another form are not read. */
export const PAGE_FORM = 1;

const Head = z.object({
  items: z.int().min(1).max(PAGE_ITEMS),
  languages: z.array(z.string()),
  blindTo: z.array(z.tuple([z.int(), z.int()])),
  parties: z.array(z.tuple([z.int(), z.array(z.int())])),
});

const BYTES_PER_ITEM = COLUMN_NAMES.reduce((sum, name) => sum + COLUMNS[name].BYTES_PER_ELEMENT, 0);
const ALIGNMENT = 8;
const LENGTH_BYTES = 4;
/** Names of languages and blind items of a page beside its columns. */
const MOST_HEAD_BYTES = 1 << 20;
const UNPACKING = {
  maxOutputLength: MOST_HEAD_BYTES + PAGE_ITEMS * BYTES_PER_ITEM,
  // A usual page comes in one piece.
  chunkSize: (PAGE_ITEMS + 64) * BYTES_PER_ITEM,
};

export function encodePage({ columns, languages, blindTo, parties }: ColumnsPart): Uint8Array {
  const items = columns.channel.length;
  const head = JSON.stringify({ items, languages, blindTo, parties });
  const start = alignedAt(Buffer.byteLength(head) + LENGTH_BYTES);
  const bytes = Buffer.alloc(start + items * BYTES_PER_ITEM);
  bytes.writeUInt32LE(start - LENGTH_BYTES);
  bytes.fill(' ', LENGTH_BYTES, start);
  bytes.write(head, LENGTH_BYTES);
  let at = start;
  for (const name of COLUMN_NAMES) {
    const { buffer, byteOffset, byteLength } = columns[name];
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return zstdCompressSync(bytes);
}

/** @returns null for bytes that `encodePage` did not make: the rows say the same */
export function decodePage(page: number, data: Uint8Array): ColumnsPart | null {
  try {
    const packed = zstdDecompressSync(data, UNPACKING);
    const start = LENGTH_BYTES + packed.readUInt32LE();
    const { items, ...known } = Head.parse(JSON.parse(packed.toString('utf8', LENGTH_BYTES, start)));
    if (packed.length !== start + items * BYTES_PER_ITEM) return null;
    // A small page may come in a piece of a larger buffer, where columns lie at no multiple of their size.
    const { buffer, byteOffset } = packed.byteOffset % ALIGNMENT === 0 ? packed : Uint8Array.from(packed);
    let at = byteOffset + start;
    const columns = Object.fromEntries(
      COLUMN_NAMES.map((name) => {
        const column = new COLUMNS[name](buffer, at, items);
        at += column.byteLength;
        return [name, column];
      }),
    ) as unknown as Columns;
    for (const language of columns.language) if (language > known.languages.length) return null;
    return { from: page * PAGE_ITEMS, columns, ...known };
  } catch {
    return null;
  }
}

const alignedAt = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
