/**
 * What each operation takes. ggml ends the process on a wrong shape, or reads past the end in silence, so that every
 * rule of its builders and kernels stands here once more; each function throws ShapeError. Sizes in ggml order.
 */
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { describe, ShapeError, type Shape, type Tensor } from './tensor.ts';

/** Types without the conversions and products that weights need. */
const NOT_WEIGHTS: ReadonlySet<GgmlType> = new Set(['i8', 'i16', 'i32', 'i64', 'f64', 'q8_1', 'q8_K']);
/** bytes of two f32 */
const PAIR = 8;
const FLOATS: ReadonlySet<GgmlType> = new Set(['f32', 'f16', 'bf16']);

export function refuse(what: string, ...operands: readonly Tensor[]): never {
  throw new ShapeError(`${what} does not take ${operands.map(describe).join(' and ')}.`);
}

const isBlocked = ({ type }: Tensor): boolean => GGML_TYPES[type].blockSize > 1;
const isVector = ({ ne }: Tensor): boolean => ne[1] === 1 && ne[2] === 1 && ne[3] === 1;
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;

/** f32, elements of a row side by side */
export function takesRows(what: string, ...operands: readonly Tensor[]): void {
  if (operands.some((a) => a.type !== 'f32' || !a.denseRows || a.repacked)) refuse(what, ...operands);
}

/** f32, contiguous */
export function takesDense(what: string, ...operands: readonly Tensor[]): void {
  if (operands.some((a) => a.type !== 'f32' || !a.dense || a.repacked)) refuse(what, ...operands);
}

/** b can be repeated into a's shape */
export function takesRepeated(what: string, a: Tensor, b: Tensor): void {
  takesRows(what, a, b);
  if (a.ne.some((n, i) => n % (b.ne[i] ?? 1) !== 0)) refuse(what, a, b);
}

export function takesNorm(what: string, a: Tensor, eps: number): void {
  takesRows(what, a);
  if (!(eps >= 0 && eps < Infinity)) throw new ShapeError(`${what} needs a small number of 0 or more, not ${eps}.`);
}

/** two dense f32 of one shape: a gradient and what it is the gradient at */
export function takesBackOf(what: string, a: Tensor, b: Tensor): void {
  takesDense(what, a, b);
  if (a.ne.some((n, i) => n !== b.ne[i])) refuse(what, a, b);
}

/** two f32 with as many rows, a's elements of a row side by side, b's of a row or a column; b's other sizes are multiples of a's */
export function takesOuter(a: Tensor, b: Tensor): void {
  takesRows('outProd', a);
  const fits = a.ne[1] === b.ne[1] && b.ne[2] % a.ne[2] === 0 && b.ne[3] % a.ne[3] === 0;
  const turned = b.nb[1] === GGML_TYPES.f32.blockBytes && b.nb[0] >= b.ne[1] * b.nb[1];
  if (!fits || b.type !== 'f32' || b.repacked || a.nb[0] > a.nb[1] || !(b.denseRows || turned)) refuse('outProd', a, b);
}

/** two f32 that differ at most in the length of their rows */
export function takesConcat(a: Tensor, b: Tensor): void {
  takesRows('concat', a, b);
  if (a.ne.some((n, i) => i > 0 && n !== b.ne[i])) refuse('concat', a, b);
}

export function takesProduct(a: Tensor, b: Tensor): void {
  const fits = a.ne[0] === b.ne[0] && b.ne[2] % a.ne[2] === 0 && b.ne[3] % a.ne[3] === 0;
  const types = !NOT_WEIGHTS.has(a.type) && (b.type === 'f32' || (b.type === 'f16' && a.type === 'f16'));
  if (!fits || !types || !a.denseRows || !b.denseRows || a.nb[0] > a.nb[1] || b.repacked) refuse('mulMat', a, b);
  // CUDA reads few columns two numbers at a time and ends the process where a pair would not lie at an even place.
  if (b.type === 'f32' && b.ne[0] % 2 === 0 && b.nb.some((stride, i) => i > 0 && stride % PAIR !== 0))
    refuse('mulMat with rows at odd places', a, b);
  // Rearranged weights times rows that are not side by side give wrong numbers in silence; AMX times more than two
  // dimensions writes past the end of its memory. supports_op says yes to both.
  if (a.repacked && !(b.dense && b.type === 'f32' && b.ne[2] === 1 && b.ne[3] === 1))
    refuse('mulMat with rearranged weights', a, b);
}

export function takesSoftMax(a: Tensor, mask: Tensor | null): void {
  takesDense('softMax', a);
  if (!mask) return;
  const fits =
    mask.ne[0] === a.ne[0] && mask.ne[1] >= a.ne[1] && a.ne[2] % mask.ne[2] === 0 && a.ne[3] % mask.ne[3] === 0;
  if (!fits || !mask.dense || mask.repacked || (mask.type !== 'f32' && mask.type !== 'f16')) refuse('softMax', a, mask);
}

export function takesFlashAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor): void {
  const [width, queries, heads, texts] = q.ne;
  const pairs = k.ne.every((n, i) => n === v.ne[i]) && k.ne[0] === width && heads % k.ne[2] === 0 && texts === k.ne[3];
  const types = q.type === 'f32' && k.type === v.type && (k.type === 'f32' || k.type === 'f16');
  if (!pairs || !types || ![q, k, v].every((a) => a.denseRows && !a.repacked)) refuse('flashAttention', q, k, v);
  const covers = mask.ne[0] === k.ne[1] && mask.ne[1] === queries && mask.ne[2] === 1 && texts % mask.ne[3] === 0;
  if (!covers || mask.type !== 'f16' || !mask.dense || mask.repacked) refuse('flashAttention', q, mask);
}

export function takesRope(a: Tensor, positions: Tensor, dims: number, factors: Tensor | undefined): void {
  takesRows('rope', a);
  const turns = isCount(dims) && dims >= 2 && dims % 2 === 0 && dims <= a.ne[0];
  const placed = positions.type === 'i32' && positions.dense && isVector(positions) && positions.ne[0] === a.ne[2];
  if (!turns || !placed) refuse(`rope of ${dims} dimensions`, a, positions);
  if (factors && (factors.type !== 'f32' || !factors.dense || !isVector(factors) || factors.ne[0] < dims / 2))
    refuse('rope', a, factors);
}

export function takesGetRows(table: Tensor, ids: Tensor): void {
  const isTable = !NOT_WEIGHTS.has(table.type) && table.denseRows && table.ne[2] === 1 && table.ne[3] === 1;
  if (!isTable || table.repacked || ids.type !== 'i32' || !ids.dense || !isVector(ids)) refuse('getRows', table, ids);
}

export function takesReshape(a: Tensor, ne: Shape): void {
  const whole = ne[0] % GGML_TYPES[a.type].blockSize === 0;
  if (!a.dense || a.repacked || !whole || ne[0] * ne[1] * ne[2] * ne[3] !== a.size)
    refuse(`reshape to (${ne.join(', ')})`, a);
}

export function takesPermute(a: Tensor, axes: Shape): void {
  const order = [...axes].sort().join() === '0,1,2,3';
  if (!order || a.repacked || (isBlocked(a) && axes[0] !== 0)) refuse(`permute by (${axes.join(', ')})`, a);
}

export function takesCont(a: Tensor): void {
  if (a.repacked || (isBlocked(a) && !a.denseRows)) refuse('cont', a);
}

export function takesTransposed(a: Tensor): void {
  if (a.repacked || isBlocked(a)) refuse('transposed', a);
}

/** Bytes. Vulkan's devices may ask for up to this, and ggml ends the process over a product that starts elsewhere. */
const VIEW_ALIGNMENT = 256;

/** a with dense rows: ggml's view always has them.  offset: bytes */
export function takesView(a: Tensor, ne: Shape, offset: number): void {
  const reach = (sizes: Shape): number => sizes.reduce((sum, n, i) => sum + (n - 1) * (a.nb[i] ?? 0), 0);
  const inside = ne.every((n, i) => n <= (a.ne[i] ?? 1)) && offset + reach(ne) <= reach(a.ne);
  const aligned = isCount(offset) && offset % VIEW_ALIGNMENT === 0;
  if (!inside || !aligned || !a.denseRows || a.repacked || isBlocked(a))
    refuse(`view of (${ne.join(', ')}) at ${offset}`, a);
}

/** Conversions that ggml's kernels have; to blocks of values only from whole rows. */
export function takesCast(a: Tensor, type: GgmlType): void {
  const { blockSize } = GGML_TYPES[type];
  const known =
    a.type === type ||
    (FLOATS.has(a.type) && (FLOATS.has(type) || !NOT_WEIGHTS.has(type))) ||
    (a.type === 'f32' && type === 'i32') ||
    (type === 'f32' && !NOT_WEIGHTS.has(a.type)) ||
    (type === 'f32' && a.type === 'i32');
  const blocks = isBlocked(a) || blockSize > 1;
  if (!known || a.repacked || (blocks && !a.denseRows) || a.ne[0] % blockSize !== 0) refuse(`cast to ${type}`, a);
}
