/**
 * Reads the public moderation data sets that the recipe is built from: `NAME.csv.gz`, UTF-8, RFC 4180, with the columns
 * id, text, label, split, source_label. The texts are abusive; nothing here prints one.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

const rowSchema = z.object({
  id: z.string().min(1),
  text: z.string(),
  label: z.enum(['0', '1']),
  split: z.string().min(1),
  source_label: z.string(),
});

export interface DatasetRow {
  readonly id: string;
  readonly text: string;
  /** 1 = hateful, offensive or toxic in the words of its set */
  readonly label: 0 | 1;
  readonly split: string;
  readonly sourceLabel: string;
}

/** Sets whose rows may be trained on some day; the excluded-id list covers all of them. */
export const TRAINABLE_SETS = [
  'hatexplain',
  'civil_comments_crowd',
  'toxigen_human_subset',
  'davidson2017',
  'toxic_spans',
  'hatemoji_build',
  'stormfront_hate',
  'wikitalk_context_toxicity',
  'germeval2018',
] as const;

/** Sets that only test: their near-duplicates stay out of training. */
export const TEST_SETS = ['hatecheck', 'multilingual_hatecheck', 'hatemoji_check'] as const;

export type SetName = (typeof TRAINABLE_SETS)[number] | (typeof TEST_SETS)[number];

/** All rows of one set, in the order of its file. Throws DatasetError naming the file and, where known, the row. */
export function readDataset(folder: string, set: SetName): readonly DatasetRow[] {
  const file = join(folder, `${set}.csv.gz`);
  let records: unknown[];
  try {
    records = parse(gunzipSync(readFileSync(file)), { columns: true, bom: true });
  } catch (error) {
    throw new DatasetError(
      `${file} cannot be read as a gzipped CSV (${error instanceof Error ? error.message : String(error)}). ` +
        'Give the folder that holds the data sets as the first argument.',
      { cause: error },
    );
  }
  return records.map((record, index) => {
    const row = rowSchema.safeParse(record);
    if (!row.success) {
      throw new DatasetError(`${file}, row ${index + 1}: ${z.prettifyError(row.error)}`);
    }
    const { id, text, label, split, source_label } = row.data;
    return { id, text, label: label === '1' ? 1 : 0, split, sourceLabel: source_label };
  });
}
