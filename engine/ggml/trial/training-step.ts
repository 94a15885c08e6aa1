import type { Vocabulary } from './vocabulary.ts';

/** width of a head, heads, tokens, rank of the update */
const [D, H, T, R] = [16, 4, 21, 8];
const C = D * H;
const EPS = 1e-5;
const SCALE = 1 / Math.sqrt(D);
const TURN = { dims: D, mode: 'pairs', base: 10_000, scale: 1 } as const;

/** Sizes of what a step reads, beside `mask` and `positions` of its tokens. */
export const STEP_SIZES = {
  x: [C, T],
  A: [C, R],
  B: [R, C],
  W: [C, C],
  w: [C],
  K: [D, T, H],
  V: [D, T, H],
  target: [D, T, H],
} as const;
export const STEP_TOKENS = T;

/**
 * A training step in small: y = x + B A x, of which A and B learn, through RMS norm, a frozen projection, rotation,
 * attention to given keys and values, and SiLU, to half the squared distance from a target.
 * Gives the gradients (C, r) by A and by Bᵀ side by side: (2C, r)
 */
export function trainingStep<X>(o: Vocabulary<X>, of: (name: keyof typeof STEP_SIZES | 'mask' | 'positions') => X): X {
  const swapped = (a: X): X => o.cont(o.permute(a, [0, 2, 1, 3]));
  const u = o.mulMat(of('A'), of('x')); // (r, T)
  const y = o.add(of('x'), o.mulMat(of('B'), u)); // (C, T)
  const n = o.mul(o.rmsNorm(y, EPS), of('w'));
  const q = o.rope(o.reshape(o.mulMat(of('W'), n), D, H, T), of('positions'), TURN);
  const P = o.softMax(o.mulMat(of('K'), swapped(q)), of('mask'), SCALE); // (T keys, T queries, H)
  const O = o.mulMat(o.transposed(of('V')), P); // (D, T, H)
  const dO = o.siluBack(o.sub(o.silu(O), of('target')), O);
  const dS = o.softMaxBack(o.mulMat(of('V'), dO), P, SCALE);
  const dQ = o.mulMat(o.transposed(of('K')), dS); // (D, T, H)
  const dq = o.reshape(o.ropeBack(swapped(dQ), of('positions'), TURN), C, T);
  const dn = o.mulMat(o.transposed(of('W')), dq);
  const dy = o.rmsNormBack(o.mul(dn, of('w')), y, EPS); // (C, T)
  const du = o.mulMat(o.transposed(of('B')), dy); // (r, T)
  return o.concat(o.outProd(of('x'), du), o.outProd(dy, u));
}
