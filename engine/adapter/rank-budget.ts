/**
 * AdaLoRA's budget (Zhang et al. 2023, sections 3.2 and 3.3): all modules together may keep b(t) triplets, those that
 * matter most. All arrays are without padding.
 */

/** Of the sensitivity and of its uncertainty; the authors' choice for both. */
const SMOOTHING = 0.85;

/** How much the loss depends on each number of a parameter, over the last steps. */
export interface Importance {
  /** Ī */
  readonly sensitivity: Float32Array;
  /** U */
  readonly uncertainty: Float32Array;
}

/**
 * The importance after one more step (the paper's equations 8 to 10); the first step comes after zeros.
 *   I = |w · dw|   Ī' = β Ī + (1 − β) I   U' = β U + (1 − β) |I − Ī'|
 * @param gradient of the loss by `values`, divided by the loss scale, which changes between steps
 */
export function smoothedImportance(
  before: Importance | null,
  values: Float32Array,
  gradient: Float32Array,
): Importance {
  const sensitivity = new Float32Array(values.length);
  const uncertainty = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const now = Math.abs((values[i] as number) * (gradient[i] as number));
    const mean = SMOOTHING * (before?.sensitivity[i] ?? 0) + (1 - SMOOTHING) * now;
    sensitivity[i] = mean;
    uncertainty[i] = SMOOTHING * (before?.uncertainty[i] ?? 0) + (1 - SMOOTHING) * Math.abs(now - mean);
  }
  return { sensitivity, uncertainty };
}

/**
 * Score of each triplet of a module, from s = Ī · U of its numbers (equations 11 and 7).
 *   S_i = s(Λ_i) + mean_k s(P_ki) + mean_k s(Q_ik)
 * P: (r, out)  L: (r)  Q: (in, r)  returns (r)
 */
export function tripletScores({ P, L, Q }: Readonly<Record<'P' | 'L' | 'Q', Importance>>): Float64Array {
  const rank = L.sensitivity.length;
  const [inputs, outputs] = [Q.sensitivity.length / rank, P.sensitivity.length / rank];
  const s = ({ sensitivity, uncertainty }: Importance, i: number) =>
    (sensitivity[i] as number) * (uncertainty[i] as number);
  return Float64Array.from({ length: rank }, (_, i) => {
    let left = 0;
    for (let k = 0; k < outputs; k++) left += s(P, k * rank + i);
    let right = 0;
    for (let k = 0; k < inputs; k++) right += s(Q, i * inputs + k);
    return s(L, i) + left / outputs + right / inputs;
  });
}

export interface BudgetSchedule {
  /** triplets of all modules at the start, and at the end */
  readonly from: number;
  readonly to: number;
  /** steps in all, of them these at the start with all triplets, and these at the end with the last budget */
  readonly steps: number;
  readonly before: number;
  readonly after: number;
}

/**
 * b(t): how many triplets may stay after step t, counted from 0. Cubic, so that most go early and the last ones slowly.
 *   b = to + (from − to) (1 − (t − before) / (steps − before − after))³ in between
 * The paper's equation 12 has t − before − after there, which jumps up at the start; its authors' code and PEFT do this.
 */
export function budgetAt(t: number, { from, to, steps, before, after }: BudgetSchedule): number {
  if (t < before) return from;
  if (t >= steps - after) return to;
  return Math.floor(to + (from - to) * (1 - (t - before) / (steps - before - after)) ** 3);
}

/**
 * Λ of all modules with the `budget` best triplets kept and the others at zero; of equal ones the first stay. A triplet
 * can come back: its vectors and its gradient go on.
 * @param modules by name, L: (r), scores: (r)
 */
export function prunedToBudget(
  modules: ReadonlyMap<string, { readonly L: Float32Array; readonly scores: Float64Array }>,
  budget: number,
): Map<string, Float32Array> {
  const ranked = [...modules].flatMap(([module, { L, scores }]) =>
    Array.from(L, (value, i) => ({ module, i, value, score: scores[i] ?? 0 })),
  );
  ranked.sort((a, b) => b.score - a.score);
  const kept = new Map(Array.from(modules, ([module, { L }]) => [module, new Float32Array(L.length)]));
  for (const { module, i, value } of ranked.slice(0, budget)) kept.get(module)?.fill(value, i, i + 1);
  return kept;
}
