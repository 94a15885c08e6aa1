/** One progress over several parts of a job, each with its share of the time, so that the time left is that of the whole. */
import type { Training } from '../contract/jobs.ts';
import type { Progress } from '../jobs/progress.ts';

export class Shares {
  readonly #tell: (progress: Progress) => void;
  readonly #parts: readonly number[];
  readonly #total: number;
  #before = 0;
  #part = -1;
  /** said with everything from now on */
  training: Training | null = null;

  /** @param parts texts of each, those that cost less counting as less, in the order in which they are done */
  constructor(tell: (progress: Progress) => void, parts: readonly number[]) {
    this.#tell = tell;
    this.#parts = parts;
    this.#total = parts.reduce((sum, part) => sum + part, 0);
  }

  /** Says what is done before the first part. */
  say(doing: string): void {
    this.#tell({ doing, done: 0, total: null, unit: '' });
  }

  /** Begins the next part. @returns takes the share of it that is done */
  next(doing: string): (share: number) => void {
    this.#before += this.#parts[this.#part] ?? 0;
    this.#part++;
    const own = this.#parts[this.#part] ?? 0;
    const before = this.#before;
    let most = 0;
    const report = (share: number): void => {
      // A part that starts anew, in another engine, does not take its share back.
      most = Math.max(most, Math.min(1, share));
      const done = Math.round(before + own * most);
      const training = this.training && { training: this.training };
      this.#tell({ doing, done, total: Math.ceil(this.#total), unit: 'texts', ...training });
    };
    report(0);
    return report;
  }
}
