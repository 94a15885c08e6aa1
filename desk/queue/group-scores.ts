/** The highest score of each channel, or of each author: kept while scores come, counted anew only where one was lost. */
export class GroupScores {
  #highest = new Float32Array(1024).fill(-1);
  /** groups whose highest score is gone, with what it was */
  readonly #lost = new Map<number, number>();

  /** An item of this group has another score. NaN: none */
  put(group: number, before: number, after: number): void {
    if (group >= this.#highest.length) {
      const larger = new Float32Array(2 * group).fill(-1);
      larger.set(this.#highest);
      this.#highest = larger;
    }
    const highest = this.#highest[group] as number;
    if (after >= highest) {
      this.#highest[group] = after;
      this.#lost.delete(group);
    } else if (before === highest) this.#lost.set(group, highest);
  }

  /** By group; −1 where nothing has a score. */
  of(groups: Uint32Array, scores: Float32Array, length: number): Float32Array {
    if (this.#lost.size > 0) this.#countAgain(groups, scores, length);
    return this.#highest;
  }

  #countAgain(groups: Uint32Array, scores: Float32Array, length: number): void {
    const highest = this.#highest.fill(-1);
    for (let i = 0; i < length; i++) {
      const g = groups[i] as number;
      const s = scores[i] as number;
      if (s > (highest[g] as number)) highest[g] = s;
    }
    this.#lost.clear();
  }
}
