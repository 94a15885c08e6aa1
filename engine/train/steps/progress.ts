/** What a training says while it goes on. */

/** Where a training stands, after every step. */
export interface TrainingProgress {
  readonly kind: 'steps';
  /** from 1 */
  readonly epoch: number;
  readonly epochs: number;
  /** steps done, of all epochs */
  readonly step: number;
  readonly steps: number;
  /** smoothed; NaN before the first step whose numbers were finite */
  readonly loss: number;
  /** of the last epoch that ended */
  readonly devMacroF1: number | null;
  /** NaN before the first step has ended */
  readonly tokensPerSecond: number;
  /** dev included; null before the first step has ended */
  readonly secondsLeft: number | null;
}

/**
 * Texts are read without being learned from: `frozen` before the steps, when the layers below the lowest trained one read
 * all of them once; `dev` after an epoch.
 */
export interface ReadingProgress {
  readonly kind: 'frozen' | 'dev';
  readonly done: number;
  readonly texts: number;
}
