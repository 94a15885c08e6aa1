/** How many threads llama.cpp computes on: measured, because too many cost far more than too few. */
import { availableParallelism } from 'node:os';
import type { Llama, LlamaContextSequence, Token } from 'node-llama-cpp';

/** Tokens that are read to measure, as many as a short message has. */
const TOKENS = 24;
/** Beyond this one more thread is noise. */
const WORTH = 0.95;

/**
 * Chooses among one thread, all cores but one, and all cores: they wait for each other after every operation by spinning, so
 * that on a busy machine two can be ten times slower than one. Fewer are taken where more gain less than a twentieth.
 * Leaves the sequence empty.
 * @param most never more than these
 * @returns the number, which the library has been set to
 */
export async function fastestThreads(
  llama: Llama,
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  most: number,
): Promise<number> {
  const text = tokens.slice(0, TOKENS);
  const secondsWith = async (threads: number): Promise<number> => {
    llama.maxThreads = threads;
    await sequence.clearHistory();
    const began = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(text);
    return (performance.now() - began) / 1000;
  };
  // The first time the weights come from the disk.
  await secondsWith(1);
  let best = { threads: 1, seconds: Infinity };
  for (const threads of [...new Set([1, Math.max(1, most - 1), most])]) {
    const seconds = await secondsWith(threads);
    if (seconds < best.seconds * WORTH) best = { threads, seconds };
  }
  llama.maxThreads = best.threads;
  await sequence.clearHistory();
  return best.threads;
}

/** Cores that are good for arithmetic; one less while a window is in front. */
export function mostThreads({ cpuMathCores }: Llama, foreground: boolean): number {
  const cores = Math.max(1, Math.min(cpuMathCores, availableParallelism()));
  return foreground ? Math.max(1, cores - 1) : cores;
}
