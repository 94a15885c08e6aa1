/** The baseline that travels with an adapter: character n-grams trained on the same rows. */
import type { NgramWeights } from '../../adapter/adapter.ts';
import { argMax } from '../../score/linear-head.ts';
import { confusionOf, macroF1 } from '../macro-f1.ts';
import { predictNgrams, trainNgrams } from './ngrams.ts';
import { labelOf, type LabelledText, type TrainHooks } from '../rows.ts';

export interface Baseline {
  readonly weights: NgramWeights;
  readonly devMacroF1: number;
}

/** Passes over the texts, at most. */
const PASSES = 30;

/** Throws the signal's reason when aborted. */
export async function trainBaseline(
  train: readonly LabelledText[],
  dev: readonly LabelledText[],
  classes: number,
  classWeights: 'balanced' | 'none',
  { signal, onProgress }: Pick<TrainHooks, 'signal' | 'onProgress'> = {},
): Promise<Baseline> {
  const textsOf = (rows: readonly LabelledText[]) => rows.map(({ text }) => text);
  const labelsOf = (rows: readonly LabelledText[]) => rows.map(labelOf);
  const model = await trainNgrams(
    textsOf(train),
    { kind: 'labels', labels: labelsOf(train) },
    { classes, classWeights, maxIterations: PASSES },
    { signal, onProgress: ({ iteration }) => onProgress?.(iteration, PASSES, 'passes') },
  );
  const predicted = argMax(predictNgrams(model, textsOf(dev)), classes);
  return {
    weights: { weight: model.weights, bias: model.bias, shortest: model.shortest, longest: model.longest },
    devMacroF1: macroF1(confusionOf(labelsOf(dev), predicted, classes)),
  };
}
