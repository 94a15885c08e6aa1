/** Functional test cases: HateCheck, Multilingual HateCheck, HatemojiCheck. They are evaluated on, and never trained on. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { UsageError } from '../figure.ts';

export interface Case {
  readonly text: string;
  readonly hateful: boolean;
  /** what the case tests: `derog_neg_emote_h` */
  readonly functionality: string;
  /** group that is meant; '' where none is */
  readonly target: string;
  /** of Multilingual HateCheck */
  readonly language: string;
}

export const CASE_SETS = ['hatecheck', 'hatemoji_check', 'multilingual_hatecheck'] as const;
export type CaseSet = (typeof CASE_SETS)[number];

const Row = z.object({ id: z.string(), text: z.string(), label: z.enum(['0', '1']), target: z.string() });

/** @throws UsageError where the file is not there, ZodError where it is another */
export function readCases(folder: string, set: CaseSet): readonly Case[] {
  const file = path.join(folder, `${set}.csv.gz`);
  if (!existsSync(file)) throw new UsageError(`There is no ${file}. --data takes the folder with the data sets.`);
  const rows = z.array(Row).parse(parse(gunzipSync(readFileSync(file)), { columns: true, bom: true }));
  return rows.map(({ id, text, label, target }) => {
    // hatecheck:FUNCTIONALITY:CASE, hatemojicheck:FUNCTIONALITY:SET:CASE, LANGUAGE:FUNCTIONALITY:CASE
    const [first = '', functionality = ''] = id.split(':');
    return {
      text,
      hateful: label === '1',
      functionality,
      target,
      language: set === 'multilingual_hatecheck' ? first : 'english',
    };
  });
}
