/** Reads which texts stand in samples/, and which rows of the source they are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

const goldSchema = z.array(
  z.object({
    platform: z.enum(['discord', 'telegram']),
    id: z.string(),
    channel: z.string(),
    label: z.enum(['toxic', 'fine']),
    text: z.string().min(1),
  }),
);
const sourcesSchema = z.array(
  z.object({ platform: z.string(), id: z.string(), channel: z.string(), source: z.string(), toxic_votes: z.string() }),
);

export interface SampleSet {
  readonly gold: z.infer<typeof goldSchema>;
  readonly sources: z.infer<typeof sourcesSchema>;
}

/** Throws when a file is missing or a row is not as samples/make.ts writes it. */
export function readSamples(folder: string): SampleSet {
  const rows = (name: string): unknown => parse(readFileSync(join(folder, name)), { columns: true });
  return { gold: goldSchema.parse(rows('gold.csv')), sources: sourcesSchema.parse(rows('sources.csv')) };
}
