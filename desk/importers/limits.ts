import { ImportError } from './import-error.ts';

/** What an archive may unpack to before it is taken for an attack on disk and patience. */
export interface Limits {
  /** bytes of all members together */
  readonly totalBytes: number;
  /** unpacked bytes per packed byte, watched once `ratioFrom` bytes came out */
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly members: number;
  /** archives inside archives */
  readonly depth: number;
  /** bytes of an archive or Parquet file inside an archive, which has to be held in memory */
  readonly heldBytes: number;
}

export const LIMITS: Limits = {
  totalBytes: 1024 ** 4,
  // Deflate cannot pass 1,032; exports of chats come out at 5 to 40.
  ratio: 400,
  ratioFrom: 256 * 1024 * 1024,
  members: 200_000,
  depth: 4,
  heldBytes: 96 * 1024 * 1024,
};

/** Watches one unpacking: call `out` with the bytes that came out for the bytes that went in. */
export class UnpackWatch {
  readonly #limits: Limits;
  readonly #path: string;
  readonly #member: string;
  #packed = 0;
  #unpacked = 0;

  constructor(limits: Limits, path: string, member: string) {
    this.#limits = limits;
    this.#path = path;
    this.#member = member;
  }

  in(bytes: number): void {
    this.#packed += bytes;
  }

  /** @throws ImportError above the limits */
  out(bytes: number): void {
    this.#unpacked += bytes;
    const { totalBytes, ratio, ratioFrom } = this.#limits;
    if (this.#unpacked <= totalBytes && (this.#unpacked < ratioFrom || this.#unpacked <= ratio * this.#packed)) return;
    throw new ImportError(
      this.#path,
      this.#member,
      `unpacks to more than ${Math.floor(this.#unpacked / 1024 / 1024)} MB from ${Math.ceil(this.#packed / 1024)} kB, as files made to fill a disk do.`,
      'If you trust it, unpack it yourself and import what comes out.',
      { byte: this.#unpacked },
    );
  }
}
