/** What needs no training of ours to be beaten: character n-grams, and a model that is only asked. */
import { laneCount } from '../../engine/ggml/lanes.ts';
import { argMax } from '../../engine/score/linear-head.ts';
import { confusionOf, macroF1 } from '../../engine/train/macro-f1.ts';
import { predictNgrams, trainNgrams } from '../../engine/train/ngrams/ngrams.ts';
import { Answers, Ready } from '../peers/asked.ts';
import { zeroShot } from '../peers/candidates.ts';
import { LineProcess } from '../peers/line-process.ts';
import type { Cut, CutRow } from './cut.ts';
import { NOT_MEASURED, type Made } from './ledger.ts';
import type { Base } from './spec.ts';
import { MODELS, QUESTION } from './task.ts';

/** Character n-grams on the same rows, as they travel in an adapter. */
export async function ngrams({ labels, train, dev, test }: Cut): Promise<Made> {
  const classes = labels.length;
  const began = performance.now();
  const goal = { kind: 'labels', labels: labelsOf(train) } as const;
  const model = await trainNgrams(textsOf(train), goal, { classes, classWeights: 'balanced' });
  const trained = performance.now();
  const probabilities = predictNgrams(model, textsOf(test));
  const scored = performance.now();
  const onDev = argMax(predictNgrams(model, textsOf(dev)), classes);
  return {
    ...NOT_MEASURED,
    settings: `n-grams of ${model.shortest} to ${model.longest} characters in ${model.buckets} buckets`,
    probabilities: [...probabilities],
    devMacroF1: [macroF1(confusionOf(labelsOf(dev), onDev, classes))],
    trainSeconds: (trained - began) / 1000,
    itemsPerSecond: test.length / ((scored - trained) / 1000),
    parameters: model.weights.length + model.bias.length,
  };
}

/** The first `rows` of the test part, one question each. Throws ContestantError. */
export async function asked(model: Base['model'], cut: Cut, rows: number): Promise<Made> {
  using program = new LineProcess(zeroShot);
  const { settings } = await program.ask(
    { op: 'load', model: MODELS[model].file, threads: laneCount(), labels: cut.labels, question: QUESTION },
    Ready,
  );
  const texts = textsOf(cut.test.slice(0, rows));
  const { labels, seconds } = await program.ask({ op: 'answer', texts }, Answers);
  return {
    ...NOT_MEASURED,
    settings,
    probabilities: labels.flatMap((label) => cut.labels.map((_, k) => (k === label ? 1 : 0))),
    devMacroF1: [],
    itemsPerSecond: rows / seconds,
  };
}

const textsOf = (rows: readonly CutRow[]) => rows.map(({ text }) => text);
const labelsOf = (rows: readonly CutRow[]) => rows.map(({ label }) => label);
