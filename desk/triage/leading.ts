/** The highest scores seen so far, for the provisional list: a few of very many, without sorting them all. */

export interface Leader {
  readonly item: number;
  readonly score: number;
}

export class Leading {
  readonly #size: number;
  readonly #leaders: Leader[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** True when it is now among the leading ones. Equal scores go by id, lowest first, as in the queue. */
  offer(leader: Leader): boolean {
    const last = this.#leaders.at(-1);
    if (this.#leaders.length === this.#size && last !== undefined && !before(leader, last)) return false;
    let place = this.#leaders.findIndex((other) => before(leader, other));
    if (place === -1) place = this.#leaders.length;
    this.#leaders.splice(place, 0, leader);
    this.#leaders.length = Math.min(this.#leaders.length, this.#size);
    return true;
  }

  /** Highest first. */
  list(): readonly Leader[] {
    return [...this.#leaders];
  }
}

const before = (a: Leader, b: Leader): boolean => a.score > b.score || (a.score === b.score && a.item < b.item);
