/** A stretch of a text, in UTF-16 units, and what is shown in its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** A text as it is shown, with some stretches replaced, and which place of it is which of the stored text. */
export class ShownText {
  readonly text: string;
  readonly #replaced: readonly Replacement[];

  /** @param replaced in their order, none touching another */
  constructor(stored: string, replaced: readonly Replacement[]) {
    this.#replaced = replaced;
    let text = '';
    let at = 0;
    for (const { start, end, by } of replaced) {
      text += stored.slice(at, start) + by;
      at = end;
    }
    this.text = text + stored.slice(at);
  }

  /** What was put in, as [start, end) of the shown text. */
  get replaced(): readonly (readonly [number, number])[] {
    return this.#replaced.map(({ start, by }) => {
      const at = this.toShown(start, 'start');
      return [at, at + by.length];
    });
  }

  /** Place in the shown text. Inside a replaced stretch: its start, or, for the end of a range, its end. */
  toShown(place: number, side: 'start' | 'end'): number {
    let shift = 0;
    for (const { start, end, by } of this.#replaced) {
      if (place <= start) break;
      if (place < end) return start + shift + (side === 'start' ? 0 : by.length);
      shift += by.length - (end - start);
    }
    return place + shift;
  }

  /** Place in the stored text. Inside what is shown instead of a stretch: the stretch's start, or its end. */
  toStored(place: number, side: 'start' | 'end'): number {
    let shift = 0;
    for (const { start, end, by } of this.#replaced) {
      if (place <= start + shift) break;
      if (place < start + shift + by.length) return side === 'start' ? start : end;
      shift += by.length - (end - start);
    }
    return place - shift;
  }
}
