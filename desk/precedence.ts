/**
 * Whoever reviews goes first. While a call is answered that somebody waits for, threads that work for jobs stand still at the
 * next place where they can: on a machine of two cores they would take half of what the answer needs.
 */

/** However many calls come: after so long a thread does a piece of its work, in milliseconds. */
const MOST_MS = 50;

export class Precedence {
  /** of memory that threads share: how many calls are being answered */
  readonly shared: SharedArrayBuffer;
  readonly #asked: Int32Array;

  /** @param shared of another thread's */
  constructor(shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#asked = new Int32Array(shared);
  }

  /** A call is being answered. */
  get isAsked(): boolean {
    return Atomics.load(this.#asked, 0) > 0;
  }

  /** Answers a call. */
  async during<T>(answer: () => PromiseLike<T>): Promise<T> {
    Atomics.add(this.#asked, 0, 1);
    try {
      return await answer();
    } finally {
      Atomics.sub(this.#asked, 0, 1);
      Atomics.notify(this.#asked, 0);
    }
  }

  /**
   * Stands still while a call is being answered. For threads of jobs alone: it blocks.
   * @param until asked every millisecond: true ends it
   */
  standStill(until?: () => boolean): void {
    const began = performance.now();
    for (let asked; (asked = Atomics.load(this.#asked, 0)) > 0;) {
      if (until?.() === true || performance.now() - began > MOST_MS) return;
      Atomics.wait(this.#asked, 0, asked, until === undefined ? MOST_MS : 1);
    }
  }
}
