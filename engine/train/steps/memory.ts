/** How a batch is cut so that a step keeps within a memory budget. */
import { BackendError, UnsupportedError } from '../../ggml/backend.ts';
import type { Lanes } from '../../ggml/lanes.ts';
import type { Reader } from '../../score/pooled-states.ts';
import { TrainingError } from '../errors.ts';
import type { TrainingOptions } from '../options.ts';
import { splitBatch } from './schedule.ts';
import { TrainingStep, type Entering, type StepOptions, type Trained } from './step.ts';

export const MEGABYTE = 2 ** 20;

export interface StepPlan {
  /** tokens of one part of a batch, unless one text alone has more */
  readonly tokens: number;
  /** layers are computed twice, so that less has to be kept */
  readonly recomputes: boolean;
}

/** Parts smaller than this waste time: layers are computed twice instead. */
const SMALL = 256;

/**
 * What may be tried one after the other when memory is short: smaller parts, then layers computed twice (a third more time), then
 * still smaller parts.
 */
export function plansFrom(tokens: number): readonly StepPlan[] {
  const sizes: number[] = [];
  for (let size = tokens; size >= 1; size = Math.floor(size / 2)) sizes.push(size);
  const large = sizes.filter((size, i) => i === 0 || size >= SMALL);
  return [
    ...large.map((size) => ({ tokens: size, recomputes: false })),
    ...sizes.slice(large.length - 1).map((size) => ({ tokens: size, recomputes: true })),
  ];
}

/** How batches are cut. Throws TrainingError where the longest texts do not fit into the memory however they are cut. */
export async function fittingPlan(
  { lanes, tokenBudget }: Reader,
  trained: Trained,
  lengths: readonly number[],
  { memory, batch, dropout }: Pick<TrainingOptions, 'memory' | 'batch' | 'dropout'>,
  enters: Entering['kind'],
): Promise<StepPlan> {
  const whole = { tokens: Math.max(tokenBudget, 1), recomputes: false };
  if (enters === 'pooled') return whole;
  const options = { lanes, batch, tokens: whole.tokens, dropout, enters };
  const plan = await planWithin(memory * MEGABYTE, trained, lengths, options);
  if (plan) return plan;
  throw new TrainingError(
    `The longest text, of ${Math.max(...lengths)} tokens, needs more than ${memory} MB to learn from.`,
    `Allow more (--memory ${memory * 2}), or leave out the longest texts.`,
  );
}

/**
 * The first plan whose steps stay below `budget` bytes of activations on all lanes together, found by laying out (not
 * computing) the step that takes most: that of the longest texts. null where even the last one does not.
 */
export async function planWithin(
  budget: number,
  trained: Trained,
  lengths: readonly number[],
  options: { readonly lanes: Lanes; readonly batch: number; readonly tokens: number } & Pick<
    StepOptions,
    'enters' | 'dropout'
  >,
): Promise<StepPlan | null> {
  const { lanes, batch, tokens, ...step } = options;
  const longest = lengths
    .map((_, text) => text)
    .sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0))
    .slice(0, batch);
  for (const plan of plansFrom(tokens)) {
    const parts = splitBatch(longest, lengths, { parts: lanes.count, tokens: plan.tokens });
    const [most = []] = parts;
    const size = await sizeOf(
      trained,
      most.map((text) => lengths[text] ?? 1),
      { ...step, recomputes: plan.recomputes },
    );
    if (size !== null && size * Math.min(lanes.count, parts.length) <= budget) return plan;
  }
  return null;
}

/** A failure that less memory may help against. */
export const isShortage = (error: unknown): boolean =>
  error instanceof BackendError && !(error instanceof UnsupportedError);

/** Bytes of activations of a step, or null where the machine has not as many. */
async function sizeOf(trained: Trained, lengths: readonly number[], options: StepOptions): Promise<number | null> {
  try {
    await using step = new TrainingStep(trained, lengths, options);
    return step.memory;
  } catch (error) {
    if (isShortage(error)) return null;
    throw error;
  }
}
