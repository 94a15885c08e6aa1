/**
 * Cross-entropy of logits against target probabilities, with its gradient.
 * One logit stands for two classes: it is that of class 1 against class 0.
 */
import { softmax } from '../../score/linear-head.ts';

/** Weight vectors that are fitted for `classes`: one is enough for two, since only their difference counts. */
export const vectorsOf = (classes: number): number => (classes === 2 ? 1 : classes);

/** rows × classes, 1 at each row's class. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) targets[row * classes + (labels[row] as number)] = 1;
  return targets;
}

/**
 * Turns the logits of one row into their gradient (probability − target) in place, and gives the row's loss.
 * targets: rows × classes, each row summing to 1; `at` is where this row begins.
 */
export function lossAndError(logits: Float64Array, targets: Float32Array, at: number): number {
  if (logits.length === 1) {
    const logit = logits[0] as number;
    const target = targets[at + 1] as number;
    // log(1 + e^z) = max(z, 0) + log(1 + e^−|z|), which does not overflow
    const small = Math.exp(-Math.abs(logit));
    logits[0] = (logit >= 0 ? 1 / (1 + small) : small / (1 + small)) - target;
    return Math.max(logit, 0) - target * logit + Math.log1p(small);
  }
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k] as number);
  let sum = 0;
  let expected = 0;
  for (let k = 0; k < logits.length; k++) {
    const below = (logits[k] as number) - largest;
    sum += Math.exp(below);
    expected += (targets[at + k] as number) * below;
  }
  softmax(logits);
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] as number) - (targets[at + k] as number);
  return Math.log(sum) - expected;
}
