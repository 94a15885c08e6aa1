import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { seededRandom, shuffle } from '../engine/train/random.ts';

const Rows = z.array(z.object({ text: z.string(), label: z.string(), split: z.string().optional() }));
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
  const { file, rows } = read(data);
  const of = (split: string): string[] => rows.filter((row) => row.split === split).map(({ text }) => text);
  const texts = data === null ? rows.map(({ text }) => text) : [...of('test'), ...of('dev')];
  if (texts.length < count) throw new Error(`${file} has ${texts.length} texts for this bench, ${count} are needed`);
  return { name: nameOf(data), texts: texts.slice(0, count) };
}

export interface LabelledTexts {
  readonly name: string;
  readonly labels: number;
  readonly parts: Readonly<
    Record<'train' | 'dev' | 'test', readonly { readonly text: string; readonly label: number }[]>
  >;
}

/**
 * Labelled messages for training, drawn at random with a fixed seed from HateXplain's own splits, or from all of samples/.
 * Throws when there are not as many.
 */
export function labelledTexts(
  data: string | null,
  counts: { readonly train: number; readonly dev: number; readonly test: number },
): LabelledTexts {
  const { file, rows } = read(data);
  const names = [...new Set(rows.map(({ label }) => label))].sort();
  const drawn = shuffle([...rows], seededRandom(1));
  const part = (split: keyof typeof counts) => {
    const fitting = data === null ? drawn : drawn.filter((row) => row.split === split);
    if (fitting.length < counts[split])
      throw new Error(`${file} has ${fitting.length} texts to ${split} with, ${counts[split]} are needed`);
    const taken = fitting.slice(0, counts[split]);
    for (const row of taken) drawn.splice(drawn.indexOf(row), 1);
    return taken.map(({ text, label }) => ({ text, label: names.indexOf(label) }));
  };
  return {
    name: nameOf(data),
    labels: names.length,
    parts: { train: part('train'), dev: part('dev'), test: part('test') },
  };
}

/** All comments of samples/, each with whether people found it abusive. */
export const labelledSamples = (): readonly { readonly text: string; readonly positive: boolean }[] =>
  read(null).rows.map(({ text, label }) => ({ text, positive: label !== 'fine' }));

const nameOf = (data: string | null): string => (data === null ? 'samples/ (Civil Comments)' : 'HateXplain');

function read(data: string | null): { readonly file: string; readonly rows: z.infer<typeof Rows> } {
  const file = data === null ? SAMPLES : path.join(data, 'hatexplain.csv.gz');
  const bytes = readFileSync(file);
  const rows = Rows.parse(parse(data === null ? bytes : gunzipSync(bytes), { columns: true, bom: true }));
  return { file, rows };
}
