/** What AdaLoRA does around each step: keep the vectors of a module orthonormal, and give every triplet its turn to go. */
import { addOrthogonality, tripletNames } from '../../adapter/adalora.ts';
import type { Parameters } from '../../adapter/parameters.ts';
import {
  budgetAt,
  prunedToBudget,
  smoothedImportance,
  tripletScores,
  type BudgetSchedule,
  type Importance,
} from '../../adapter/rank-budget.ts';
import type { Gradients } from './gradients.ts';

/** Shares of the steps: at the start with all triplets, and at the end with those that stay. */
const BEFORE = 0.1;
const AFTER = 0.3;

export interface RankAllocationOptions {
  /** linear layers with modules: `blk.3.attn_q` */
  readonly layers: readonly string[];
  readonly rank: number;
  readonly startRank: number;
  readonly orthogonality: number;
  /** of the whole training */
  readonly steps: number;
}

export class RankAllocation {
  readonly #options: RankAllocationOptions;
  readonly #parameters: Parameters;
  readonly #schedule: BudgetSchedule;
  /** by parameter; the checkpoint keeps it */
  readonly importance: Map<string, Importance>;

  constructor(options: RankAllocationOptions, parameters: Parameters, importance: Map<string, Importance>) {
    const { layers, rank, startRank, steps } = options;
    this.#options = options;
    this.#parameters = parameters;
    this.importance = importance;
    this.#schedule = {
      from: startRank * layers.length,
      to: rank * layers.length,
      steps,
      before: Math.floor(BEFORE * steps),
      after: Math.floor(AFTER * steps),
    };
  }

  /** Adds to the gradients what keeps vectors orthonormal, and weighs them: before the optimiser's step. */
  before(step: number, gradients: Gradients): void {
    const { layers, startRank, orthogonality } = this.#options;
    const { values } = this.#parameters;
    const settled = step >= this.#schedule.steps - this.#schedule.after;
    for (const layer of layers) {
      addOrthogonality(layer, values, gradients.values, { rank: startRank, weight: orthogonality });
      // The authors no longer weigh triplets once their number stays.
      if (settled) continue;
      for (const name of Object.values(tripletNames(layer))) {
        const gradient = this.#parameters.unpadded(name, gradients.values.get(name) ?? new Float32Array());
        const now = smoothedImportance(this.importance.get(name) ?? null, this.#parameters.get(name), gradient);
        this.importance.set(name, now);
      }
    }
  }

  /** Sets Λ of the triplets to zero that the budget has no room for: after the optimiser's step. */
  after(step: number): void {
    const modules = new Map<string, { L: Float32Array; scores: Float64Array }>();
    for (const layer of this.#options.layers) {
      const { P, L, Q } = tripletNames(layer);
      const [p, l, q] = [this.importance.get(P), this.importance.get(L), this.importance.get(Q)];
      if (!p || !l || !q) return;
      modules.set(layer, { L: this.#parameters.get(L), scores: tripletScores({ P: p, L: l, Q: q }) });
    }
    const kept = prunedToBudget(modules, budgetAt(step, this.#schedule));
    for (const [layer, L] of kept) this.#parameters.set(tripletNames(layer).L, L);
  }
}
