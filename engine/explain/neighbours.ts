/** Nearest rows by the cosine of their pooled states. */

export interface Neighbour {
  readonly row: number;
  readonly cosine: number;
}

/** The `count` rows of `states` nearest to `state`, nearest first; equals in the order of rows.  state: (C)  states: (C, rows) */
export function nearest(state: Float32Array, states: Float32Array, count: number): readonly Neighbour[] {
  const width = state.length;
  const size = (a: Float32Array) => Math.hypot(...a) || 1;
  const own = size(state);
  const all: Neighbour[] = [];
  for (let row = 0; row * width < states.length; row++) {
    const other = states.subarray(row * width, (row + 1) * width);
    let dot = 0;
    for (let i = 0; i < width; i++) dot += (state[i] as number) * (other[i] as number);
    all.push({ row, cosine: dot / (own * size(other)) });
  }
  return all.sort((a, b) => b.cosine - a.cosine || a.row - b.row).slice(0, count);
}
