import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { byScript } from './script-language.ts';

/** Below this many letters no language is named. */
const FEWEST_LETTERS = 20;
/** Texts are judged by their beginning: so many UTF-16 units, */
const MOST_UNITS = 1000;
/** and of those up to the end of the word that passes this many bytes, */
const MOST_BYTES = 350;
/** or up to here within a word. */
const MOST_BYTES_ENFORCED = 380;
/** A word is cut into pieces up to here. */
const MOST_BYTES_OF_WORD = 70;
/** eld's database leaves this out of every points entry. */
const BASE_POINTS = 53;
const BEGINS = 1;
const ENDS = 2;

const TABLE = fileURLToPath(new URL('./language-pieces.bin', import.meta.url));

/**
 * The language of short texts, as the library eld (Nito T.M., Apache-2.0) tells it: each word is cut into pieces of 4
 * bytes, every piece that occurs speaks with so many points for some languages, and the most points win. The table is
 * eld's own (build/language-pieces.ts); held in typed arrays it takes 3 MB instead of 140 and gives the same answers 20
 * times faster. Scripts that only one language is written in are decided by the script.
 */
export class LanguageDetector {
  readonly #languages: readonly string[];
  readonly #letters: Uint8Array;
  /** Per slot: the piece's bytes, its flags + 1 (0: empty slot), and where its pairs begin. */
  readonly #bytes: Uint32Array;
  readonly #flags: Uint8Array;
  readonly #start: Uint32Array;
  readonly #mask: number;
  /** Number of pairs, then language and points of each, one list after another. */
  readonly #pairs: Uint8Array;
  /** The last text in which the piece of a slot occurred: each counts once in a text. */
  readonly #last: Uint32Array;
  #text = 0;
  readonly #sum: Uint32Array;
  readonly #word = new Uint8Array(MOST_BYTES_ENFORCED + 8);

  /** @param table for tests: bytes that build/language-pieces.ts wrote */
  constructor(table: Buffer = readFileSync(TABLE)) {
    if (table.toString('latin1', 0, 4) !== 'MLP1') throw new Error(`${TABLE} is not a table of pieces.`);
    const languages = table.readUInt8(4);
    this.#languages = table.toString('latin1', 5, 5 + 2 * languages).match(/../g) ?? [];
    let at = 5 + 2 * languages;
    this.#letters = table.subarray(at, at + 8192);
    at += 8192;
    const count = table.readUInt32LE(at);
    at += 4;
    const slots = 2 ** Math.ceil(Math.log2(count * 1.5));
    this.#mask = slots - 1;
    this.#bytes = new Uint32Array(slots);
    this.#flags = new Uint8Array(slots);
    this.#start = new Uint32Array(slots);
    this.#last = new Uint32Array(slots);
    this.#sum = new Uint32Array(languages);
    this.#pairs = table;
    for (let i = 0; i < count; i++) {
      const bytes = table.readUInt32LE(at);
      const flags = table.readUInt8(at + 4) + 1;
      const slot = this.#slot(bytes, flags);
      this.#bytes[slot] = bytes;
      this.#flags[slot] = flags;
      this.#start[slot] = at + 5;
      at += 6 + 2 * table.readUInt8(at + 5);
    }
  }

  /** ISO 639-1 code of the language; 'unsure' below 20 letters or without evidence; '' for an empty text. */
  detect(text: string): string {
    if (text === '') return '';
    const beginning = (text.length > MOST_UNITS ? text.slice(0, MOST_UNITS) : text).toLowerCase();
    const { letters, language } = byScript(beginning, this.#letters);
    if (letters < FEWEST_LETTERS) return 'unsure';
    if (language !== null) return language;
    this.#text++;
    this.#sum.fill(0);
    this.#addWords(beginning);
    let best = -1;
    let most = 0;
    for (let place = 0; place < this.#sum.length; place++) {
      const points = this.#sum[place] ?? 0;
      if (points > most) {
        most = points;
        best = place;
      }
    }
    return this.#languages[best] ?? 'unsure';
  }

  /** Cuts the text into words, as UTF-8, and adds up the points of each. */
  #addWords(text: string): void {
    const word = this.#word;
    const letters = this.#letters;
    let length = 0;
    let total = 0;
    // Apostrophes belong to the word that follows them, or join two; any other sign that is no letter parts words.
    let apostrophes = 0;
    let parted = false;
    for (let i = 0; i < text.length; i++) {
      const sign = text.charCodeAt(i);
      if ((letters[sign >>> 3]! & (1 << (sign & 7))) === 0) {
        if (sign === 0x27 || sign === 0x60 || sign === 0x2019) apostrophes++;
        else {
          parted = true;
          apostrophes = 0;
        }
        continue;
      }
      if (parted) {
        parted = false;
        if (length > 0) {
          this.#addPieces(length);
          length = 0;
          if (total++ > MOST_BYTES) return;
        }
      }
      for (let k = i - apostrophes; k <= i; k++) {
        const unit = text.charCodeAt(k);
        const before = length;
        if (unit < 0x80) word[length++] = unit;
        else if (unit < 0x800) {
          word[length++] = 0xc0 | (unit >> 6);
          word[length++] = 0x80 | (unit & 0x3f);
        } else {
          word[length++] = 0xe0 | (unit >> 12);
          word[length++] = 0x80 | ((unit >> 6) & 0x3f);
          word[length++] = 0x80 | (unit & 0x3f);
        }
        total += length - before;
        if (total > MOST_BYTES_ENFORCED) {
          this.#addPieces(length);
          return;
        }
      }
      apostrophes = 0;
    }
    if (length > 0) this.#addPieces(length);
  }

  /** Cuts the word into 4 bytes every 3, the last ones flush with its end. */
  #addPieces(length: number): void {
    const end = Math.min(length, MOST_BYTES_OF_WORD);
    let at = 0;
    for (; at + 4 < end; at += 3) this.#add(at, 4, at === 0 ? BEGINS : 0);
    if (length > MOST_BYTES_OF_WORD) return;
    this.#add(Math.max(0, length - 4), Math.min(4, length), (at === 0 ? BEGINS : 0) | ENDS);
  }

  #add(at: number, length: number, flags: number): void {
    const word = this.#word;
    let bytes = word[at]!;
    if (length > 1) bytes |= word[at + 1]! << 8;
    if (length > 2) bytes |= word[at + 2]! << 16;
    if (length > 3) bytes |= word[at + 3]! << 24;
    const slot = this.#slot(bytes >>> 0, flags + 1);
    if (this.#flags[slot] === 0 || this.#last[slot] === this.#text) return;
    this.#last[slot] = this.#text;
    const pairs = this.#pairs;
    const sum = this.#sum;
    let next = this.#start[slot]!;
    const end = next + 1 + 2 * pairs[next]!;
    for (next++; next < end; next += 2) sum[pairs[next]!]! += pairs[next + 1]! + BASE_POINTS;
  }

  /** The slot of a piece, or the empty one where it belongs. */
  #slot(bytes: number, flags: number): number {
    const known = this.#bytes;
    const marks = this.#flags;
    const mask = this.#mask;
    let slot = (Math.imul(bytes ^ (flags << 27), 0x9e3779b1) >>> 12) & mask;
    while (marks[slot] !== 0 && (known[slot] !== bytes || marks[slot] !== flags)) slot = (slot + 1) & mask;
    return slot;
  }
}
