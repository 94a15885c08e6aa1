/**
 * How far a job is. On a terminal one line that is drawn again: what, bar, share, rate, time left. Elsewhere a few
 * plain lines, so that a log says that it lives. Never on standard output.
 */
import type { Screen } from './screen.ts';
import { bytes, count, duration, rate } from './figures.ts';
import { cut } from './width.ts';

export interface Step {
  readonly what: string;
  readonly done: number;
  /** 0 where it is not known */
  readonly total: number;
  /** of `done`: messages, bytes … */
  readonly unit: string;
  /** where it is known better than by the rate of this step alone */
  readonly secondsLeft?: number;
  /** what else is known, at the end of the line */
  readonly detail?: string;
}

const REDRAW_MS = 100;
const LOG_MS = 10_000;
/** A rate needs this much to go by. */
const RATE_SECONDS = 0.5;
const BAR = 20;

export class Progress implements Disposable {
  readonly #screen: Screen;
  readonly #live: boolean;
  readonly #quiet: boolean;
  #what = '';
  #started = 0;
  #startedAt = 0;
  #drawn = 0;
  /** lines of the block above the progress line */
  #block: readonly string[] = [];
  #shown = 0;
  #last: Step | undefined;
  /** all that was begun */
  readonly #begun = new Set<string>();

  /** `quiet`: plain lines are left out where there is no terminal */
  constructor(screen: Screen, { quiet = false }: { readonly quiet?: boolean } = {}) {
    this.#screen = screen;
    this.#live = screen.err.isTTY && (screen.err.columns ?? 0) > 0 && process.env['TERM'] !== 'dumb';
    this.#quiet = quiet;
  }

  /** True where lines can be drawn again. */
  get live(): boolean {
    return this.#live;
  }

  update(step: Step): void {
    const now = performance.now();
    const fresh = step.what !== this.#what;
    // What comes again and again would fill a log.
    const first = fresh && (this.#live || !this.#begun.has(step.what));
    if (fresh) {
      this.#what = step.what;
      this.#begun.add(step.what);
      this.#started = now;
      this.#startedAt = step.done;
    }
    this.#last = step;
    if (now - this.#drawn < (this.#live ? REDRAW_MS : LOG_MS) && !first) return;
    this.#drawn = now;
    this.#draw(first);
  }

  /** Shows lines above the progress line; they are replaced by the next ones and vanish with it. */
  block(lines: readonly string[]): void {
    if (!this.#live) return;
    this.#block = lines.slice(0, Math.max(0, (this.#screen.err.rows ?? 24) - 2));
    this.#draw();
  }

  /** A line that stays, above the rest. */
  say(line: string): void {
    this.#erase();
    this.#screen.note(line);
    if (this.#live && this.#last !== undefined) this.#draw();
  }

  /** Takes everything off the screen again. */
  clear(): void {
    this.#erase();
    this.#block = [];
    this.#last = undefined;
    this.#what = '';
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  /** `first`: of what it says; in a log the line at the beginning says only what is begun */
  #draw(first = false): void {
    if (this.#last === undefined && this.#block.length === 0) return;
    const line = this.#last === undefined ? '' : first && !this.#live ? this.#last.what : this.#line(this.#last);
    if (!this.#live) {
      if (!this.#quiet && line !== '') this.#screen.note(line);
      return;
    }
    this.#erase();
    const columns = Math.max(20, this.#screen.err.columns - 1);
    const lines = [...this.#block, ...(line === '' ? [] : [cut(line, columns)])];
    this.#screen.err.write(lines.map((text) => `${text}\n`).join(''));
    this.#shown = lines.length;
  }

  #erase(): void {
    if (!this.#live || this.#shown === 0) return;
    this.#screen.err.write(`\u001b[${this.#shown}A\r\u001b[0J`);
    this.#shown = 0;
  }

  #line({ what, done, total, unit, detail, secondsLeft }: Step): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const perSecond = seconds > RATE_SECONDS ? (done - this.#startedAt) / seconds : 0;
    const parts = [what];
    if (total > 0) {
      const part = Math.min(1, done / total);
      const full = Math.round(part * BAR);
      if (this.#live) parts.push(`${'█'.repeat(full)}${'░'.repeat(BAR - full)}`);
      parts.push(
        `${Math.floor(part * 100)}%`,
        unit === 'bytes' ? `${bytes(done)} of ${bytes(total)}` : `${count(done)} of ${count(total)} ${unit}`,
      );
    } else if (done > 0) parts.push(`${count(done)} ${unit}`);
    if (perSecond > 0 && unit !== 'bytes') parts.push(`${rate(perSecond)}/s`);
    const left = secondsLeft ?? (perSecond > 0 ? (total - done) / perSecond : 0);
    if (left > 0 && total > done) parts.push(`${duration(left)} left`);
    if (detail !== undefined) parts.push(detail);
    return parts.join('  ');
  }
}
