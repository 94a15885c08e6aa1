/** How long a training will still take: the pace of its steps, and of dev after each epoch. */

export interface Course {
  /** of all epochs */
  readonly steps: number;
  readonly epochs: number;
  readonly devTokens: number;
}

export interface Position {
  readonly step: number;
  /** epochs that ended */
  readonly epochs: number;
  /** of the steps so far */
  readonly seconds: number;
  readonly tokens: number;
}

/** A forward pass costs about a third of a step. */
const FORWARD = 1 / 3;

export class Pace {
  readonly #course: Course;
  #devSeconds: number | null = null;

  constructor(course: Course) {
    this.#course = course;
  }

  /** Dev was measured. */
  tookForDev(seconds: number): void {
    this.#devSeconds = seconds;
  }

  /** null before the first step */
  secondsLeft({ step, epochs, seconds, tokens }: Position): number | null {
    if (step === 0 || seconds === 0) return null;
    const { steps, epochs: all, devTokens } = this.#course;
    const dev = this.#devSeconds ?? (FORWARD * devTokens * seconds) / tokens;
    return Math.max(0, steps - step) * (seconds / step) + Math.max(0, all - epochs) * dev;
  }
}
