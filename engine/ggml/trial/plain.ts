import type { RopeMode } from '../operations.ts';
import type { Shape } from '../tensor.ts';

/**
 * The operations of operations.ts once more, slow and clear, in plain TypeScript and double precision: the yardstick that
 * every backend is held against, the CPU's own among them. Nothing here is used to compute a score.
 */
export interface Plain {
  /** sizes in ggml order, fastest first */
  readonly ne: Shape;
  /** dense, first dimension fastest */
  readonly values: Float64Array;
}

type Place = readonly [number, number, number, number];

export function plain(ne: readonly number[], values: ArrayLike<number>): Plain {
  const [a = 1, b = 1, c = 1, d = 1] = ne;
  return { ne: [a, b, c, d], values: Float64Array.from(values) };
}

const at = ({ ne, values }: Plain, i: number, j: number, k: number, l: number): number =>
  values[((l * ne[2] + k) * ne[1] + j) * ne[0] + i] ?? NaN;

/** A tensor of the given sizes with the value that `of` gives for each place. */
function filled(ne: Shape, of: (place: Place) => number): Plain {
  const values = new Float64Array(ne[0] * ne[1] * ne[2] * ne[3]);
  let n = 0;
  for (let l = 0; l < ne[3]; l++)
    for (let k = 0; k < ne[2]; k++)
      for (let j = 0; j < ne[1]; j++) for (let i = 0; i < ne[0]; i++) values[n++] = of([i, j, k, l]);
  return { ne, values };
}

const each = (a: Plain, of: (x: number) => number): Plain => ({ ne: a.ne, values: a.values.map(of) });

/** b repeated into a's shape */
const paired = (a: Plain, b: Plain, of: (x: number, y: number) => number): Plain =>
  filled(a.ne, ([i, j, k, l]) => of(at(a, i, j, k, l), at(b, i % b.ne[0], j % b.ne[1], k % b.ne[2], l % b.ne[3])));

const rowOf = ({ ne, values }: Plain, index: number): Float64Array =>
  values.subarray(index * ne[0], (index + 1) * ne[0]);

/** Each row of a, replaced by one of another width or the same. */
function rows(a: Plain, of: (row: Float64Array, index: number) => ArrayLike<number>, width = a.ne[0]): Plain {
  const count = a.values.length / a.ne[0];
  const values = new Float64Array(width * count);
  for (let index = 0; index < count; index++) values.set(of(rowOf(a, index), index), index * width);
  return { ne: [width, a.ne[1], a.ne[2], a.ne[3]], values };
}

const total = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0);
const average = (values: Float64Array): number => total(values) / values.length;
const dot = (a: Float64Array, b: Float64Array): number => total(a.map((x, i) => x * (b[i] ?? NaN)));

/** a: (k, m, …)  b: (k, n, …)  returns (m, n, …), a repeated over b's upper dimensions: the group of a head stays together */
export function mulMat(a: Plain, b: Plain): Plain {
  const [width, m] = a.ne;
  return filled([m, b.ne[1], b.ne[2], b.ne[3]], ([row, column, k, l]) => {
    const ka = Math.floor(k / (b.ne[2] / a.ne[2]));
    const la = Math.floor(l / (b.ne[3] / a.ne[3]));
    let sum = 0;
    for (let i = 0; i < width; i++) sum += at(a, i, row, ka, la) * at(b, i, column, k, l);
    return sum;
  });
}

export const add = (a: Plain, b: Plain): Plain => paired(a, b, (x, y) => x + y);
export const sub = (a: Plain, b: Plain): Plain => paired(a, b, (x, y) => x - y);
export const mul = (a: Plain, b: Plain): Plain => paired(a, b, (x, y) => x * y);
export const div = (a: Plain, b: Plain): Plain => paired(a, b, (x, y) => x / y);
export const scale = (a: Plain, s: number): Plain => each(a, (x) => s * x);
export const scaleBias = (a: Plain, s: number, b: number): Plain => each(a, (x) => s * x + b);

/** returns (1, …) */
export const sumRows = (a: Plain): Plain => rows(a, (row) => [total(row)], 1);
export const mean = (a: Plain): Plain => rows(a, (row) => [average(row)], 1);

/** a: (m, n, …)  b: (p, n, …)  returns (m, p, …), a repeated over b's upper dimensions as in mulMat */
export const outProd = (a: Plain, b: Plain): Plain =>
  filled([a.ne[0], b.ne[0], b.ne[2], b.ne[3]], ([i, j, k, l]) => {
    const ka = Math.floor(k / (b.ne[2] / a.ne[2]));
    const la = Math.floor(l / (b.ne[3] / a.ne[3]));
    let sum = 0;
    for (let n = 0; n < a.ne[1]; n++) sum += at(a, i, n, ka, la) * at(b, j, n, k, l);
    return sum;
  });

/** W: (m, r)  u: (r, N)  returns (m, N) */
export const shortProduct = (W: Plain, u: Plain): Plain => outProd(W, permute(u, [1, 0, 2, 3]));

/** b behind a in the first dimension */
export const concat = (a: Plain, b: Plain): Plain =>
  filled([a.ne[0] + b.ne[0], a.ne[1], a.ne[2], a.ne[3]], ([i, j, k, l]) =>
    i < a.ne[0] ? at(a, i, j, k, l) : at(b, i - a.ne[0], j, k, l),
  );

const rootMeanSquare = (row: Float64Array, eps: number): number => Math.sqrt(dot(row, row) / row.length + eps);

export const rmsNorm = (a: Plain, eps: number): Plain =>
  rows(a, (row) => {
    const size = rootMeanSquare(row, eps);
    return row.map((x) => x / size);
  });

/** y = x / s, so that  dx = dy / s − x (Σ dy x) / (n s³) */
export const rmsNormBack = (dy: Plain, a: Plain, eps: number): Plain =>
  rows(a, (row, index) => {
    const size = rootMeanSquare(row, eps);
    const given = rowOf(dy, index);
    const along = dot(given, row) / (row.length * size ** 3);
    return row.map((x, i) => (given[i] ?? NaN) / size - x * along);
  });

export const norm = (a: Plain, eps: number): Plain =>
  rows(a, (row) => {
    const middle = average(row);
    const centred = row.map((x) => x - middle);
    const size = rootMeanSquare(centred, eps);
    return centred.map((x) => x / size);
  });

export const sqr = (a: Plain): Plain => each(a, (x) => x * x);
export const sqrt = (a: Plain): Plain => each(a, Math.sqrt);
export const exp = (a: Plain): Plain => each(a, Math.exp);
export const tanh = (a: Plain): Plain => each(a, Math.tanh);
export const relu = (a: Plain): Plain => each(a, (x) => Math.max(x, 0));
export const step = (a: Plain): Plain => each(a, (x) => (x > 0 ? 1 : 0));

const sigmoidOf = (x: number): number => 1 / (1 + Math.exp(-x));
export const sigmoid = (a: Plain): Plain => each(a, sigmoidOf);
export const silu = (a: Plain): Plain => each(a, (x) => x * sigmoidOf(x));
/** (x σ)′ = σ + x σ (1 − σ) */
export const siluBack = (dy: Plain, a: Plain): Plain =>
  paired(dy, a, (d, x) => d * sigmoidOf(x) * (1 + x * (1 - sigmoidOf(x))));

const geluOf = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * x * (1 + 0.044715 * x * x)));

export const gelu = (a: Plain): Plain => each(a, geluOf);

/** a: (keys, queries, heads, texts)  mask: (keys, ≥ queries, divides heads, divides texts) or null */
export function softMax(a: Plain, mask: Plain | null, factor: number): Plain {
  const [, queries, heads] = a.ne;
  return rows(a, (row, index) => {
    const query = index % queries;
    const head = Math.floor(index / queries) % heads;
    const text = Math.floor(index / queries / heads);
    const scores = row.map(
      (x, key) => factor * x + (mask ? at(mask, key, query, head % mask.ne[2], text % mask.ne[3]) : 0),
    );
    const most = Math.max(...scores);
    const weights = scores.map((x) => Math.exp(x - most));
    const sum = total(weights);
    return weights.map((x) => x / sum);
  });
}

/** P = softmax(factor · S), so that  ∂P_k/∂S_i = factor · P_k (δ_ik − P_i) */
export const softMaxBack = (dP: Plain, P: Plain, factor: number): Plain =>
  rows(P, (row, index) => {
    const given = rowOf(dP, index);
    return row.map(
      (p, i) =>
        factor *
        dot(
          given,
          row.map((share, k) => share * ((k === i ? 1 : 0) - p)),
        ),
    );
  });

/** q: (D, queries, H, B)  k, v: (D, keys, K, B)  mask: (keys, queries, 1, 1 or B)  returns (D, H, queries, B) */
export const flashAttention = (q: Plain, k: Plain, v: Plain, mask: Plain, factor: number): Plain =>
  permute(mulMat(transposed(v), softMax(mulMat(k, q), mask, factor)), [0, 2, 1, 3]);

export interface PlainRope {
  readonly dims: number;
  readonly mode: RopeMode;
  readonly base: number;
  readonly scale: number;
  /** (dims/2) divisors of the frequencies */
  readonly factors?: Plain | undefined;
}

/** a: (head width, heads, tokens, texts)  positions: (tokens); pair p of a head at position t turns by t · scale · base^(−2p/dims) / factors[p] */
export function rope(a: Plain, positions: Plain, options: PlainRope): Plain {
  const { dims, mode, base, scale: factor, factors } = options;
  const half = dims / 2;
  return filled(a.ne, ([i, head, token, text]) => {
    if (i >= dims) return at(a, i, head, token, text);
    const pair = mode === 'pairs' ? Math.floor(i / 2) : i % half;
    const first = mode === 'pairs' ? i % 2 === 0 : i < half;
    const partner = mode === 'pairs' ? i + (first ? 1 : -1) : i + (first ? half : -half);
    const angle =
      ((positions.values[token] ?? NaN) * factor * base ** ((-2 * pair) / dims)) / (factors?.values[pair] ?? 1);
    const other = (first ? -1 : 1) * at(a, partner, head, token, text);
    return at(a, i, head, token, text) * Math.cos(angle) + other * Math.sin(angle);
  });
}

/** A rotation's transpose, which is what its gradient takes, is the rotation back. */
export const ropeBack = (dy: Plain, positions: Plain, options: PlainRope): Plain =>
  rope(dy, scale(positions, -1), options);

/** table: (n, rows)  ids: (count)  returns (n, count) */
export const getRows = (table: Plain, ids: Plain): Plain =>
  filled([table.ne[0], ids.ne[0], 1, 1], ([i, j]) => at(table, i, ids.values[j] ?? -1, 0, 0));

export const reshape = (a: Plain, ...ne: number[]): Plain => plain(ne, a.values);

/** Dimension i of a becomes dimension axes[i] of the result. */
export function permute(a: Plain, axes: Shape): Plain {
  const ne: [number, number, number, number] = [1, 1, 1, 1];
  axes.forEach((to, from) => (ne[to] = a.ne[from] ?? 1));
  return filled(ne, (place) => {
    const [i = 0, j = 0, k = 0, l = 0] = axes.map((to) => place[to] ?? 0);
    return at(a, i, j, k, l);
  });
}

/** Plain tensors are always dense. */
export const cont = (a: Plain): Plain => a;

export const transposed = (a: Plain): Plain => permute(a, [1, 0, 2, 3]);

/** A window of the given sizes that starts at a place of a. */
export const view = (a: Plain, ne: Shape, [i0, j0, k0, l0]: Place): Plain =>
  filled(ne, ([i, j, k, l]) => at(a, i0 + i, j0 + j, k0 + k, l0 + l));
