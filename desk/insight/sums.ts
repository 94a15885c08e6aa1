/** Sums over texts, each of which may count more or less: most texts add the same as many others do. */

/** What each text adds to sums that are told apart by their place. */
export class Sums {
  readonly #texts = new Map<number, Map<number, number>>();
  #places = 0;

  get texts(): number {
    return this.#texts.size;
  }

  place(): number {
    return this.#places++;
  }

  add(group: number, place: number, value: number): void {
    let text = this.#texts.get(group);
    if (text === undefined) this.#texts.set(group, (text = new Map()));
    text.set(place, (text.get(place) ?? 0) + value);
  }

  /** Texts that add the same, together. */
  *kinds(): Generator<void, Kinds, void> {
    const numbers = new Map<string, number>();
    const kindOf = new Int32Array(this.#texts.size);
    const entries: (readonly (readonly [place: number, value: number])[])[] = [];
    let i = 0;
    for (const text of this.#texts.values()) {
      const sorted = [...text].sort(([a], [b]) => a - b);
      const key = sorted.join(' ');
      let kind = numbers.get(key);
      if (kind === undefined) {
        numbers.set(key, (kind = entries.length));
        entries.push(sorted);
      }
      kindOf[i++] = kind;
      yield;
    }
    return new Kinds(this.#places, kindOf, entries);
  }
}

class Kinds {
  readonly #places: number;
  readonly #kindOf: Int32Array;
  readonly #entries: readonly (readonly (readonly [place: number, value: number])[])[];

  /** @param kindOf of each text, in the order in which they came */
  constructor(
    places: number,
    kindOf: Int32Array,
    entries: readonly (readonly (readonly [place: number, value: number])[])[],
  ) {
    this.#places = places;
    this.#kindOf = kindOf;
    this.#entries = entries;
  }

  /** @param drawn how often each text counts */
  total(drawn: Float64Array): Float64Array {
    const counts = new Float64Array(this.#entries.length);
    for (let i = 0; i < drawn.length; i++) counts[this.#kindOf[i] as number]! += drawn[i] as number;
    const total = new Float64Array(this.#places);
    this.#entries.forEach((entries, kind) => {
      const weight = counts[kind] as number;
      if (weight > 0) for (const [place, value] of entries) total[place]! += weight * value;
    });
    return total;
  }
}

/** Places of the counts of values. */
export class Values {
  readonly #sums: Sums;
  readonly #places = new Map<string, number>();

  constructor(sums: Sums) {
    this.#sums = sums;
  }

  place(value: string): number {
    let place = this.#places.get(value);
    if (place === undefined) this.#places.set(value, (place = this.#sums.place()));
    return place;
  }

  find(value: string): number | undefined {
    return this.#places.get(value);
  }

  entries(): Iterable<[string, number]> {
    return this.#places;
  }
}
