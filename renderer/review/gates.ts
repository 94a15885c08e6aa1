/** Gates of words as shades: what opens more than usual, and less, against the largest difference of the message. */
import type { Explanation } from '../../desk/contract/queue.ts';

type Word = Explanation['words'][number];

export interface Cell {
  /** −1 … 1: more or less than usual; where nobody knows what is usual, 0 … 1: how far it opens */
  readonly shade: number;
  readonly gate: number;
  readonly usual: number | null;
}

/** Bands from the first layers to the last, as the engine names them. */
const BANDS = ['lower', 'middle', 'upper'] as const;
export type Band = (typeof BANDS)[number];

export interface Strip {
  readonly bands: readonly { readonly band: Band; readonly cells: readonly (Cell | null)[] }[];
  readonly words: readonly Word[];
  /** it is known what gates usually are */
  readonly compared: boolean;
}

/** Words of a text that are drawn: more have no room. */
const MOST = 60;
/** Differences below this are noise, and not blown up to full shades. */
const LEAST_SCALE = 0.02;

/** Null where the adapter has no gates. */
export function stripOf({ words: all }: Explanation): Strip | null {
  const words = all.slice(0, MOST);
  const bands = BANDS.filter((band) => words.some(({ gates }) => gates?.[band] !== undefined));
  if (bands.length === 0) return null;
  const compared = words.some(({ usual }) => usual !== null);
  const valueOf = (word: Word, band: Band): number | null => {
    const gate = word.gates?.[band];
    if (gate === undefined) return null;
    return compared ? gate - (word.usual?.[band] ?? gate) : gate;
  };
  const values = bands.flatMap((band) => words.flatMap((word) => valueOf(word, band) ?? []));
  const least = compared ? 0 : Math.min(...values);
  const scale = Math.max(LEAST_SCALE, ...values.map((value) => Math.abs(value - least)));
  return {
    words,
    compared,
    bands: bands.map((band) => ({
      band,
      cells: words.map((word) => {
        const value = valueOf(word, band);
        if (value === null) return null;
        return { shade: (value - least) / scale, gate: word.gates?.[band] ?? 0, usual: word.usual?.[band] ?? null };
      }),
    })),
  };
}
