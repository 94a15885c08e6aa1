/**
 * Chooses the thread count of the next graph by how the last ones went. ggml's threads wait for each other by spinning,
 * so that on a busy machine two of them can be ten times slower than one; alone they are twice as fast. A count that
 * disappoints is left at once, and tried again after a while, because the other program may be gone.
 */
export class ThreadGovernor {
  readonly #counts: readonly number[];
  /** seconds per token, smoothed, by count; absent until tried */
  readonly #costs = new Map<number, number>();
  #current: number;
  #sinceTrial = 0;
  #interval: number = TRIALS.first;
  #champion: number;

  /** @param counts thread counts to choose from, ascending; the last is used first */
  constructor(counts: readonly number[]) {
    this.#counts = counts;
    this.#current = counts.at(-1) ?? 1;
    this.#champion = this.#current;
  }

  /** Threads of the next graph. */
  get threads(): number {
    return this.#current;
  }

  /** Tells how the last graph went. */
  record(tokens: number, seconds: number): void {
    const cost = seconds / tokens;
    const known = this.#costs.get(this.#current);
    this.#costs.set(this.#current, known === undefined ? cost : known + SMOOTHING * (cost - known));
    this.#sinceTrial++;
    const suddenlySlow = known !== undefined && cost > SLOW * known;
    this.#settle();
    if (this.#counts.length > 1 && (suddenlySlow || this.#sinceTrial >= this.#interval)) this.#try(this.#next());
  }

  /** The cheapest count goes on; trials that change nothing become rarer. */
  #settle(): void {
    const cheapest = this.#cheapest();
    if (this.#sinceTrial === 1)
      this.#interval = cheapest === this.#champion ? Math.min(2 * this.#interval, TRIALS.rarest) : TRIALS.often;
    this.#champion = cheapest;
    this.#current = cheapest;
  }

  #try(count: number): void {
    this.#sinceTrial = 0;
    this.#current = count;
    // What was learned of it may be long out of date: the trial speaks for itself.
    this.#costs.delete(count);
  }

  #cheapest(): number {
    const tried = this.#counts.filter((count) => this.#costs.has(count));
    return tried.reduce(
      (a, b) => ((this.#costs.get(b) ?? Infinity) < (this.#costs.get(a) ?? Infinity) ? b : a),
      tried[0] ?? 1,
    );
  }

  /** A count that had no turn yet, else the one after the champion. */
  #next(): number {
    const untried = this.#counts.findLast((count) => !this.#costs.has(count));
    if (untried !== undefined) return untried;
    const at = this.#counts.indexOf(this.#cheapest());
    return this.#counts[(at + 1) % this.#counts.length] ?? this.#current;
  }
}

const SMOOTHING = 0.3;
/** A graph that takes this many times as long a token as usual means that somebody else is on the machine. */
const SLOW = 1.5;
/** Graphs between two trials of another count: the first soon, then rarer each time that a trial changes nothing. */
const TRIALS = { first: 4, often: 40, rarest: 640 } as const;
