/** What a bench prints with --json: its figures, and how they were made. */
import { cpus, totalmem } from 'node:os';
import { z } from 'zod';

export const NAMES = [
  'ablation',
  'audit',
  'desk',
  'explain',
  'guarantee',
  'import',
  'insights',
  'labels',
  'language',
  'retrain',
  'score',
  'train',
  'window',
] as const;

/** JSON has no NaN: what could not be measured is null. */
const Figure = z.object({
  name: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  peer: z.string().nullable(),
  peer_value: z.number().nullable(),
  ratio: z.number().nullable(),
});

export const Made = z.object({
  /** as it was typed, folders left out */
  command: z.string(),
  at: z.iso.datetime(),
  machine: z.string(),
  seconds: z.number(),
});
export type Made = z.infer<typeof Made>;

/** Runs before there was `made` do not say how they were made. */
export const Measured = z.object({ figures: z.array(Figure), made: Made.optional() });
export type Measured = z.infer<typeof Measured>;

/** Processor, cores, memory, Node. */
export function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.replace(/\s+/g, ' ').trim() ?? 'unknown processor';
  return `${model}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;
}
