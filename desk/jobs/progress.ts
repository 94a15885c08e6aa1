/** How far a job is, how fast, and how long it will take. */
import type { Training } from '../contract/jobs.ts';

export interface Progress {
  /** for people */
  readonly doing: string;
  readonly done: number;
  /** null where it is not known yet */
  readonly total: number | null;
  /** what is counted */
  readonly unit: string;
  /** of a job that trains */
  readonly training?: Training;
}

export interface Pace extends Progress {
  /** units a second over the last seconds; 0 until known */
  readonly rate: number;
  readonly secondsLeft: number | null;
}

/** The rate is that of the last seconds, so that a job that was slow at first is not said to be slow for ever. */
const WINDOW_MS = 10_000;
const LEAST_MS = 500;

export class Tempo {
  #marks: { readonly at: number; readonly done: number }[] = [];
  #stage = '';

  pace(progress: Progress, now: number): Pace {
    // Another stage counts something else, or from the start.
    const stage = `${progress.doing} ${progress.unit}`;
    if (stage !== this.#stage || progress.done < (this.#marks.at(-1)?.done ?? 0)) this.#marks = [];
    this.#stage = stage;
    this.#marks.push({ at: now, done: progress.done });
    while (this.#marks.length > 2 && now - (this.#marks[0]?.at ?? now) > WINDOW_MS) this.#marks.shift();
    const [first] = this.#marks;
    const elapsed = first === undefined ? 0 : now - first.at;
    const rate = first === undefined || elapsed < LEAST_MS ? 0 : ((progress.done - first.done) / elapsed) * 1000;
    const left = progress.total === null ? null : Math.max(0, progress.total - progress.done);
    return { ...progress, rate, secondsLeft: left === null || rate <= 0 ? null : left / rate };
  }
}
