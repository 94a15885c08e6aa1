/** The programs that the score bench compares, each with the settings that are tried for it; the fastest one is raced. */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { laneCount } from '../../engine/ggml/lanes.ts';
import { best } from '../timing.ts';
import { Contestant, type Load } from './protocol.ts';

export interface Candidate {
  readonly command: readonly [string, ...string[]];
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

/** Starts every candidate in turn, times the first `count` texts, and gives back the fastest, still loaded. */
export async function fastest(
  candidates: readonly Candidate[],
  load: Omit<Load, 'threads'>,
  count: number,
): Promise<Contestant> {
  let winner: { readonly program: Contestant; readonly seconds: number } | undefined;
  const tried = candidates.flatMap((candidate) => threadCounts().map((threads) => ({ ...candidate, threads })));
  for (const { command, settings, threads } of tried) {
    const program = await Contestant.start(command, { ...load, ...settings, threads } as Load);
    const seconds = tried.length > 1 ? await best(program, count) : 0;
    if (winner && winner.seconds <= seconds) program[Symbol.dispose]();
    else {
      winner?.program[Symbol.dispose]();
      winner = { program, seconds };
    }
  }
  if (!winner) throw new RangeError('no candidate was given');
  return winner.program;
}

/** A Python that has all these modules, from PYTHON or the path; null where there is none. */
export function findPython(modules: readonly string[]): string | null {
  for (const python of [process.env['PYTHON'], 'python3'].filter((name) => name !== undefined)) {
    try {
      execFileSync(python, ['-c', modules.map((name) => `import ${name}`).join('\n')], { stdio: 'ignore' });
      return python;
    } catch {
      continue;
    }
  }
  return null;
}
