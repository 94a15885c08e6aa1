import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

const Rows = z.array(z.object({ text: z.string(), split: z.string().optional() }));
const SAMPLES = path.join(import.meta.dirname, '../samples/gold.csv');

export interface BenchTexts {
  readonly name: string;
  readonly texts: readonly string[];
}

/**
 * `count` real messages: HateXplain's test split and, where that ends, its dev split, in file order; without a data
 * folder the comments of samples/. Throws when there are not as many.
 */
export function benchTexts(data: string | null, count: number): BenchTexts {
  const file = data === null ? SAMPLES : path.join(data, 'hatexplain.csv.gz');
  const bytes = readFileSync(file);
  const rows = Rows.parse(parse(data === null ? bytes : gunzipSync(bytes), { columns: true, bom: true }));
  const of = (split: string): string[] => rows.filter((row) => row.split === split).map(({ text }) => text);
  const texts = data === null ? rows.map(({ text }) => text) : [...of('test'), ...of('dev')];
  if (texts.length < count) throw new Error(`${file} has ${texts.length} texts for this bench, ${count} are needed`);
  return { name: data === null ? 'samples/ (Civil Comments)' : 'HateXplain', texts: texts.slice(0, count) };
}
