/** A run that trains by gradients, with our engine or with PyTorch, in a process of its own. */
import { laneCount } from '../../engine/ggml/lanes.ts';
import { peakMegabytes, resetPeak } from '../memory.ts';
import type { Candidate } from '../peers/candidates.ts';
import { Trainee, type TrainingSetting } from '../peers/training.ts';
import { watched } from '../timing.ts';
import type { Cut, CutRow } from './cut.ts';
import type { Made } from './ledger.ts';
import type { Base } from './spec.ts';
import { MODELS } from './task.ts';

/** Texts that are scored one after the other for the latency. */
const ALONE = 64;

export interface TrainedSetting extends Pick<TrainingSetting, 'modules' | 'options'> {
  readonly base: Base;
  /** of our own engine; null for a peer */
  readonly layout: string | null;
  /** keep what the gates made of the test part */
  readonly gates: boolean;
}

/** Trains, chooses the epoch on dev, reads the test part. Throws ContestantError. */
export async function trained(
  { command, settings }: Candidate,
  { base, layout, gates, modules, options }: TrainedSetting,
  cut: Cut,
): Promise<Made> {
  const { model, depth, pooling, instruction } = base;
  using trainee = await Trainee.start(command, {
    ...settings,
    model: MODELS[model].file,
    ...(depth !== undefined && { depth }),
    ...(pooling !== undefined && { pooling }),
    ...(instruction !== undefined && { instruction }),
    ...(layout !== null && { layout }),
    threads: laneCount(),
    parts: { train: bare(cut.train), dev: bare(cut.dev), test: bare(cut.test) },
    labels: cut.labels.length,
    modules,
    options,
  });
  const rows = cut.train.length;
  const { epochs } = options;
  resetPeak(trainee.pid);
  const { value, others } = await watched(trainee.pid, () => trainee.train({ rows, epochs, evaluates: true }));
  const peak = peakMegabytes(trainee.pid);
  if (!value.test) throw new Error('the program measured nothing on test');
  const alone = Math.min(ALONE, rows);
  const { seconds } = await trainee.score(alone, { alone: true });
  const tokens = trainee.tokens.reduce((sum, n) => sum + n, 0);
  return {
    settings: trainee.settings,
    probabilities: value.test.probabilities,
    devMacroF1: value.devMacroF1,
    trainSeconds: value.seconds,
    // A head alone sees each text once, before its first step.
    tokensPerSecond: modules && (tokens * epochs) / value.seconds,
    itemsPerSecond: cut.test.length / value.test.seconds,
    latency: (seconds / alone) * 1000,
    parameters: value.parameters,
    sparsity: value.sparsity,
    peakMegabytes: peak,
    others,
    gates: gates ? await trainee.gates() : null,
  };
}

const bare = (rows: readonly CutRow[]) => rows.map(({ text, label }) => ({ text, label }));
