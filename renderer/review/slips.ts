/**
 * What keeps a slip of the hand from deciding: a message has to be on screen for a while, and a key that is held has done its
 * part, whatever the system makes of it (repeats, clicks of a focused button).
 */

/** Less than anybody needs to see that the message is another one. */
export const LEAST_MS = 150;

export class Slips {
  readonly #down = new Set<string>();
  /** keys that are down and have decided something */
  readonly #spent = new Set<string>();
  #since = Infinity;

  /** Another message is about to be shown: nothing is decided until `shown`. */
  leave(): void {
    this.#since = Infinity;
  }

  /** @param now milliseconds, when the message was drawn */
  shown(now: number): void {
    this.#since = now;
  }

  down(code: string): void {
    this.#down.add(code);
  }

  up(code: string): void {
    this.#down.delete(code);
    this.#spent.delete(code);
  }

  /** Nobody tells a window that is left which keys are let go. */
  clear(): void {
    this.#down.clear();
    this.#spent.clear();
  }

  /** Whether what is on screen may be decided; if so, the keys that are down have done their part. */
  passes(now: number): 'yes' | 'held' | 'too-soon' {
    if ([...this.#down].some((code) => this.#spent.has(code))) return 'held';
    if (now - this.#since < LEAST_MS) return 'too-soon';
    for (const code of this.#down) this.#spent.add(code);
    return 'yes';
  }
}
