/**
 * Lists that are longer than a browser can scroll: it ends an element at some 33 million pixels, half a million rows. Of such a list
 * a part is there to be scrolled, which moves along: by the scroll bar to the same share of the list, by anything else with the rows.
 */

/** Far below where any browser ends, and so long that the scroll bar is as exact as a hand. */
const MOST_PX = 16_000_000;
/** No wheel turns so far within a frame; a scroll bar that moves by a pixel moves a list of `MOST_PX` by more. */
const JUMP_PX = 5000;

export interface LongList {
  /** rows that there are, and the height of each and of what is seen of them, in pixels */
  readonly count: number;
  readonly rowHeight: number;
  readonly height: number;
}

export interface Place {
  /** index of the first row of the part */
  readonly base: number;
  /** scrolled from there, in pixels */
  readonly top: number;
}

/** Rows of a part: all of them, but for lists that are too long. */
export const rowsOfPart = ({ count, rowHeight }: Pick<LongList, 'count' | 'rowHeight'>): number =>
  Math.min(count, Math.floor(MOST_PX / rowHeight));

/** Where a list is that was scrolled to `top`: the same rows are seen there, unless that was a jump. */
export function scrolled(before: Place, top: number, list: LongList): Place {
  const { base } = before;
  const part = rowsOfPart(list);
  const spare = list.count - part;
  if (spare === 0) return { base: 0, top };
  const end = endOf(list);
  if (Math.abs(top - before.top) > JUMP_PX) return { base: Math.round((top / end) * spare), top };
  const isNearEnd = (base > 0 && top < JUMP_PX) || (base < spare && top > end - JUMP_PX);
  return isNearEnd ? centred(base + Math.floor(top / list.rowHeight), base, top, list) : { base, top };
}

/** Where a list is in which a row can be seen, moved as little as that takes. */
export function showing(index: number, before: Place, list: LongList): Place {
  const { rowHeight, height } = list;
  const { base, top } = before;
  const isInPart = index >= base && index < base + rowsOfPart(list);
  const at = isInPart ? before : centred(index, base, top, list);
  const highest = (index - at.base) * rowHeight;
  const lowest = highest + rowHeight - height;
  return { base: at.base, top: within(Math.min(Math.max(at.top, lowest), highest), endOf(list)) };
}

/** The part that has a row in its middle, as far as there are rows; what is seen stays. */
function centred(row: number, base: number, top: number, list: LongList): Place {
  const part = rowsOfPart(list);
  const next = within(row - Math.floor(part / 2), list.count - part);
  return { base: next, top: top - (next - base) * list.rowHeight };
}

const endOf = (list: LongList): number => Math.max(0, rowsOfPart(list) * list.rowHeight - list.height);
const within = (value: number, most: number): number => Math.max(0, Math.min(value, most));
