import type { Importance } from '../../adapter/rank-budget.ts';

export interface EpochFigures {
  /** from 1 */
  readonly epoch: number;
  readonly trainLoss: number;
  readonly devLoss: number;
  readonly devMacroF1: number;
  readonly tokensPerSecond: number;
  readonly seconds: number;
}

/** What a model made of dev. */
export interface Evaluation {
  /** of each label */
  readonly f1: readonly number[];
  /** unweighted mean */
  readonly loss: number;
  /** (labels, texts) */
  readonly logits: Float32Array;
}

export const macroF1Of = ({ f1 }: Evaluation): number => f1.reduce((sum, each) => sum + each, 0) / f1.length;

export interface BestEpoch extends Evaluation {
  readonly epoch: number;
  /** of all parameters, padded */
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** Where a training stands, beside its parameters and its optimiser. */
export interface TrainingState {
  /** those that ended */
  readonly epochs: EpochFigures[];
  best: BestEpoch | null;
  /** steps done */
  step: number;
  /** steps left out because a number was not finite */
  skipped: number;
  /** of all steps, and the time that they took */
  tokens: number;
  seconds: number;
  lossScale: number;
  /** AdaLoRA's, by parameter */
  readonly importance: Map<string, Importance>;
}

export const newState = (lossScale: number): TrainingState => ({
  epochs: [],
  best: null,
  step: 0,
  skipped: 0,
  tokens: 0,
  seconds: 0,
  lossScale,
  importance: new Map(),
});
