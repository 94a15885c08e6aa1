/** Runs that fit a linear probe, on states that each model computes once. */
import { predictLinear } from '../../engine/score/linear-head.ts';
import { vectorsOf } from '../../engine/train/linear/log-loss.ts';
import { selectLogistic } from '../../engine/train/linear/logistic.ts';
import type { ProbeMethod } from '../../engine/train/rows.ts';
import type { Cut } from './cut.ts';
import { NOT_MEASURED, type Made } from './ledger.ts';
import type { FrozenStates, Opened } from './states.ts';

/** A probe with the strength that is best on dev. Throws LogisticError, RangeError. */
export async function probe(
  states: FrozenStates,
  base: Opened,
  { classWeights }: ProbeMethod,
  cut: Cut,
): Promise<Made> {
  const { train, dev, test } = cut;
  const { parts, settings, perSecond } = await states.of(base, { train, dev, test });
  const classes = cut.labels.length;
  const began = performance.now();
  const { head, trials } = await selectLogistic(parts.train, parts.dev, { classes, classWeights });
  return {
    ...NOT_MEASURED,
    settings,
    probabilities: [...predictLinear(head, parts.test.features)],
    devMacroF1: trials.map(({ devMacroF1 }) => devMacroF1),
    trainSeconds: train.length / perSecond + (performance.now() - began) / 1000,
    itemsPerSecond: perSecond,
    parameters: vectorsOf(classes) * (head.columns + 1),
  };
}
