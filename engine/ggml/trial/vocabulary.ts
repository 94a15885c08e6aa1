import type { RopeOptions } from '../operations.ts';
import type { Shape } from '../tensor.ts';

type OfOne =
  | ('sqr' | 'sqrt' | 'exp' | 'tanh' | 'sigmoid' | 'relu' | 'step' | 'silu' | 'gelu')
  | ('sumRows' | 'mean' | 'cont' | 'transposed');
type OfTwo =
  ('add' | 'sub' | 'mul' | 'div' | 'mulMat' | 'outProd' | 'shortProduct') | ('concat' | 'getRows' | 'siluBack');
type Turn = Omit<RopeOptions, 'factors'>;

/**
 * The operations under the names that a graph (operations.ts) and plain arithmetic (plain.ts) have in common: what is
 * asked of a backend is written once, for both.
 */
export interface Vocabulary<T> extends Record<OfOne, (a: T) => T>, Record<OfTwo, (a: T, b: T) => T> {
  scale(a: T, s: number): T;
  scaleBias(a: T, s: number, b: number): T;
  norm(a: T, eps: number): T;
  rmsNorm(a: T, eps: number): T;
  rmsNormBack(dy: T, x: T, eps: number): T;
  softMax(a: T, mask: T | null, scale: number): T;
  softMaxBack(dP: T, P: T, scale: number): T;
  flashAttention(q: T, k: T, v: T, mask: T, scale: number): T;
  rope(a: T, positions: T, options: Turn): T;
  ropeBack(dy: T, positions: T, options: Turn): T;
  reshape(a: T, ...ne: number[]): T;
  permute(a: T, axes: Shape): T;
}
