/** Nearest rows by the cosine of their pooled states. */

export interface Neighbour {
  readonly row: number;
  readonly cosine: number;
}

/** The `count` of `states` nearest to `state`, nearest first; equals in the order of rows.  state: (C)  states: rows of (C) */
export function nearest(state: Float32Array, states: readonly Float32Array[], count: number): readonly Neighbour[] {
  const own = lengthOf(state);
  const cosines = states.map((other) => dot(state, other) / (own * lengthOf(other)));
  return cosines
    .map((cosine, row) => ({ row, cosine }))
    .sort((a, b) => b.cosine - a.cosine || a.row - b.row)
    .slice(0, count);
}

/** 1 for a state of zeros, which is near nothing. */
const lengthOf = (state: Float32Array): number => Math.sqrt(dot(state, state)) || 1;

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
