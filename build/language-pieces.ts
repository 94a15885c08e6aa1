/**
 * Writes desk/importers/language-pieces.bin: what the library eld (Nito T.M., Apache-2.0, database `small`) knows of 60
 * languages, as a table of 0.8 MB. Loaded as the library itself loads it, the same takes 140 MB of memory, more than
 * a third of what an import may use.
 *
 * Usage: node build/language-pieces.ts [FILE]
 *
 * Layout, numbers little-endian:
 *   'MLP1' · number of languages (1 byte) · per language 2 letters
 *   65,536 bits: which UTF-16 units are letters, lowest bit first
 *   number of pieces (uint32) · per piece, sorted:
 *     up to 4 bytes of UTF-8, 0-padded · 1 if it begins a word + 2 if it ends one · number of pairs · per pair: place of
 *     the language, points - 53
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

/** Signs that eld takes for a letter or for a separator, depending on what follows. */
const APOSTROPHES = [0x27, 0x60, 0x2019];

const databaseShape = z.object({
  ngramsData: z.object({
    languages: z.record(z.string(), z.string()),
    ngrams: z.record(z.string(), z.record(z.string(), z.number().int().min(0).max(255))),
  }),
});

/** The bytes of the table. */
export async function languagePieces(): Promise<Buffer> {
  // The library offers its database to nobody but itself; this is where it lies.
  const folder = new URL('../', import.meta.resolve('eld/small'));
  const { ngramsData } = databaseShape.parse(await import(new URL('ngrams/small.js', folder).href));
  const { dictionary } = z
    .object({ dictionary: z.array(z.string()) })
    .parse(await import(new URL('dictionary.js', folder).href));
  const { separators } = z
    .object({ separators: z.instanceof(RegExp) })
    .parse(await import(new URL('regexPatterns.js', folder).href));
  // Bytes above 127 stand in the database as signs of eld's own; a space there is a byte that it does not know.
  const byteOf = new Map(dictionary.map((sign, byte) => [sign, byte]));

  const languages = Object.entries(ngramsData.languages).sort(([a], [b]) => Number(a) - Number(b));
  const separator = new RegExp(separators.source, 'u');
  const letters = Buffer.alloc(65_536 / 8);
  for (let unit = 0; unit < 65_536; unit++) {
    if (APOSTROPHES.includes(unit) || separator.test(String.fromCharCode(unit))) continue;
    letters[unit >>> 3]! |= 1 << (unit & 7);
  }
  const pieces: Buffer[] = [];
  for (const [ngram, points] of Object.entries(ngramsData.ngrams)) {
    const begins = ngram.startsWith(' ');
    const ends = ngram.endsWith(' ');
    const signs = [...ngram.slice(begins ? 1 : 0, ends ? -1 : undefined)];
    if (signs.length === 0 || signs.length > 4) throw new Error(`A piece of eld's database has ${signs.length} bytes.`);
    if (signs.includes(' ')) continue;
    const pairs = Object.entries(points);
    const head = Buffer.alloc(6);
    head.set(signs.map((sign) => byteOf.get(sign) ?? sign.charCodeAt(0)));
    head[4] = (begins ? 1 : 0) + (ends ? 2 : 0);
    head[5] = pairs.length;
    pieces.push(Buffer.concat([head, Buffer.from(pairs.flatMap(([language, more]) => [Number(language), more]))]));
  }
  pieces.sort((a, b) => Buffer.compare(a, b));
  const count = Buffer.alloc(4);
  count.writeUInt32LE(pieces.length);
  const names = Buffer.from(languages.map(([, name]) => name).join(''), 'latin1');
  return Buffer.concat([Buffer.from('MLP1'), Buffer.from([languages.length]), names, letters, count, ...pieces]);
}

const [, script, target] = process.argv;
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const bytes = await languagePieces();
  writeFileSync(target ?? fileURLToPath(new URL('../desk/importers/language-pieces.bin', import.meta.url)), bytes);
  process.stdout.write(`${bytes.length} bytes\n`);
}
