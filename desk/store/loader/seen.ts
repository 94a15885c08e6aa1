/** Equal rows of one source up to which counting them again is cheaper than remembering their number. */
const REMEMBERED_FROM = 8;

/**
 * Which items the source being read has already accounted for, so that the second of two equal rows without an id
 * becomes an item of its own. One bit per item, whatever the size of the source.
 */
export class SeenItems {
  #bits = new Uint8Array(1 << 16);
  readonly #ordinals = new Map<string, number>();

  clear(): void {
    this.#bits.fill(0);
    this.#ordinals.clear();
  }

  add(item: number): void {
    const byte = item >>> 3;
    if (byte >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(byte + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[byte]! |= 1 << (item & 7);
  }

  has(item: number): boolean {
    return ((this.#bits[item >>> 3] ?? 0) & (1 << (item & 7))) !== 0;
  }

  /** A lower bound of the ordinal of the next row with this key; exact for rows that many are equal to. */
  nextOrdinal(key: string): number {
    return this.#ordinals.get(key) ?? 0;
  }

  noteOrdinal(key: string, next: number): void {
    if (next >= REMEMBERED_FROM) this.#ordinals.set(key, next);
  }
}
