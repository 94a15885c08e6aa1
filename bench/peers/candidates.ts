/** The programs that the score bench compares, each with the settings that are tried for it; the fastest one is raced. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { laneCount } from '../../engine/ggml/lanes.ts';
import * as timing from '../timing.ts';
import type { Command } from './line-process.ts';
import { Contestant, type Load } from './protocol.ts';
import { Trainee, type TrainingSetting } from './training.ts';

export interface Candidate {
  readonly command: Command;
  readonly settings: Readonly<Record<string, unknown>>;
}

const here = (file: string): string => path.join(import.meta.dirname, file);
const node = (file: string): [string, string] => [process.execPath, here(file)];

/** All cores, and all physical ones: which is faster differs by program where cores have two hardware threads. */
export const threadCounts = (): readonly number[] => [...new Set([laneCount(), availableParallelism()])];

export const moderato = (settings: { readonly depth?: number } = {}): readonly Candidate[] => [
  { command: node('moderato.ts'), settings },
];

/** As it comes, or with its default of flash attention turned round (faster for MiniLM, slower for SmolLM2). */
export const nodeLlamaLoop = (flash: 'default' | 'off'): readonly Candidate[] => [
  { command: node('node-llama-loop.ts'), settings: { flash } },
];

/**
 * llama.cpp itself, for a decoder or (without a cache) an encoder. A shared cache computes each text's attention against
 * all texts of its batch, so that small batches win; a cache each allows large ones, but of texts of one length.
 */
export function llamaBatched(weights: string, encoder: boolean): readonly Candidate[] {
  const candidate = (sequences: number, flash: boolean, unified: boolean): Candidate => ({
    command: node('llama-batched.ts'),
    settings: { weights, sequences, flash, unified, encoder },
  });
  return [
    candidate(8, true, true),
    candidate(8, false, true),
    encoder ? candidate(16, true, true) : candidate(32, true, true),
    ...(encoder ? [] : [candidate(32, true, false)]),
  ];
}

export const torch = (python: string, dtype: 'f32' | 'bf16'): readonly Candidate[] =>
  [8, 16, 32, 64].map((batch) => ({ command: [python, here('torch_score.py')], settings: { dtype, batch } }));

export const onnx = (python: string, dtype: 'f32' | 'int8'): readonly Candidate[] =>
  [8, 16, 32].map((batch) => ({ command: [python, here('onnx_score.py')], settings: { dtype, batch } }));

export const zeroShot: Command = node('zero-shot.ts');

export const moderatoTraining: readonly Candidate[] = [{ command: node('moderato-train.ts'), settings: {} }];

export const torchTraining = (python: string): readonly Candidate[] =>
  ['f32', 'bf16'].map((dtype) => ({ command: [python, here('torch_train.py')], settings: { dtype } }));

/** The fastest candidate with the first `count` texts, loaded. */
export const fastest = (candidates: readonly Candidate[], load: Omit<Load, 'threads'>, count: number) =>
  timing.fastest(
    starts(candidates, (command, own) => Contestant.start(command, { ...load, ...own } as Load)),
    count,
  );

/** The same for the programs of the train bench. */
export const fastestTrainee = (candidates: readonly Candidate[], load: TrainingSetting, rows: number) =>
  timing.fastest(
    starts(candidates, (command, own) => Trainee.start(command, { ...load, ...own })),
    rows,
  );

/** Every candidate with every number of threads. */
const starts = <P>(
  candidates: readonly Candidate[],
  start: (command: Command, settings: Candidate['settings'] & { readonly threads: number }) => Promise<P>,
): readonly (() => Promise<P>)[] =>
  candidates.flatMap(({ command, settings }) =>
    threadCounts().map((threads) => () => start(command, { ...settings, threads })),
  );
