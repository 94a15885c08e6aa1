/** Texts × buckets with few values in each row: row i's stand from starts[i] to starts[i + 1]. */
export interface SparseRows {
  readonly starts: Float64Array;
  readonly buckets: Int32Array;
  readonly values: Float32Array;
}

/** The buckets that training can move, and rows in which they are numbered from 0. */
export interface MetBuckets {
  readonly count: number;
  readonly rows: SparseRows;
  /** vectors × count → vectors × buckets of a model; all others are zero */
  put(point: Float64Array, into: Float32Array): void;
}

/**
 * A bucket that no text meets has no gradient but the penalty's: its best weight is zero, and from there it never moves. A few
 * hundred texts meet a tenth of the buckets.
 */
export function metBuckets(
  { starts, buckets: at, values }: SparseRows,
  { buckets, vectors }: { readonly buckets: number; readonly vectors: number },
): MetBuckets {
  const met = new Uint8Array(buckets);
  const filled = starts.at(-1) ?? 0;
  for (let i = 0; i < filled; i++) met[at[i] as number] = 1;
  const places = Int32Array.from(met.keys().filter((bucket) => met[bucket] === 1));
  const numbers = new Int32Array(buckets);
  places.forEach((bucket, number) => (numbers[bucket] = number));
  const count = places.length;
  return {
    count,
    rows: { starts, values, buckets: at.subarray(0, filled).map((bucket) => numbers[bucket] as number) },
    put: (point, into) => {
      for (let v = 0; v < vectors; v++)
        for (let i = 0; i < count; i++) into[v * buckets + (places[i] as number)] = point[v * count + i] as number;
    },
  };
}
