/**
 * How long somebody has been reviewing: for the reminder to take a break, the end that they set to a session, and how long what
 * is left will take. Known in this window alone, and forgotten with it.
 */

export const MINUTE_MS = 60_000;
/** A pause of this length is a break; time without any sign of somebody counts up to a minute. */
const BREAK_MS = 5 * MINUTE_MS;
const IDLE_MS = MINUTE_MS;
/** A break that somebody puts off is proposed again after this long. */
const LATER_MS = 5 * MINUTE_MS;
/** Decisions whose pace counts, and as many as it takes to speak of one. */
const COUNTED = 40;
const LEAST = 5;

export class Pace {
  /** milliseconds of review since the last break, and in this session */
  sinceBreak = $state(0);
  session = $state(0);
  /** decided since the window was opened */
  decided = $state(0);
  onBreak = $state(false);
  /** minutes that somebody gave themselves beyond the end of the session */
  moreMinutes = $state(0);
  #putOffTo = $state(0);
  /** milliseconds that each of the last decisions took */
  #took = $state.raw<readonly number[]>([]);
  #last: number | null = null;
  #lastDecision: number | null = null;

  /** Somebody is there. @param now milliseconds */
  sign(now: number): void {
    const passed = this.#last === null ? 0 : now - this.#last;
    this.#last = now;
    if (passed >= BREAK_MS) {
      this.#rest();
      return;
    }
    const counted = Math.min(passed, IDLE_MS);
    this.sinceBreak += counted;
    this.session += counted;
  }

  /** @param count messages that were decided at once */
  decide(now: number, count = 1): void {
    this.sign(now);
    this.decided += count;
    if (this.#lastDecision !== null && count === 1)
      this.#took = [...this.#took.slice(1 - COUNTED), Math.min(now - this.#lastDecision, IDLE_MS)];
    this.#lastDecision = now;
  }

  /** Milliseconds of review after which a break is proposed. */
  breakAt(everyMinutes: number): number {
    return Math.max(everyMinutes * MINUTE_MS, this.#putOffTo);
  }

  putOff(): void {
    this.#putOffTo = this.sinceBreak + LATER_MS;
  }

  startBreak(): void {
    this.onBreak = true;
  }

  endBreak(): void {
    this.onBreak = false;
    this.#rest();
    this.#last = null;
  }

  /** How long so many messages will take at this pace, in seconds; null where it is not known yet. */
  secondsFor(messages: number): number | null {
    if (this.#took.length < LEAST) return null;
    const sorted = [...this.#took].sort((a, b) => a - b);
    return ((sorted[sorted.length >> 1] ?? 0) * messages) / 1000;
  }

  #rest(): void {
    this.sinceBreak = 0;
    this.#putOffTo = 0;
    this.#lastDecision = null;
  }
}
