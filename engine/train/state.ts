import type { Confusion } from './macro-f1.ts';

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
  readonly confusion: Confusion;
  /** unweighted mean */
  readonly loss: number;
  /** (labels, texts) */
  readonly logits: Float32Array;
}

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
}

export const newState = (lossScale: number): TrainingState => ({
  epochs: [],
  best: null,
  step: 0,
  skipped: 0,
  tokens: 0,
  seconds: 0,
  lossScale,
});
