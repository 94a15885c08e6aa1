/** Rows of public data sets that come with the program: what a retraining replays, and what a challenger is tried on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { reasonOf } from '../reason.ts';
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import { ModelFileError } from '../models/errors.ts';
import type { Places } from '../models/places.ts';

const Replay = z.array(
  z.object({ id: z.string(), language: z.string(), label: z.enum(['fine', 'abusive']), text: z.string().min(1) }),
);
const Regression = z.array(z.object({ id: z.string(), label: z.enum(['0', '1']), text: z.string().min(1) }));

export type ReplayRow = z.infer<typeof Replay>[number];

export interface RegressionRow {
  readonly id: string;
  readonly text: string;
  readonly positive: boolean;
}

/** native-models/replay: training parts of public sets. @throws ModelFileError */
export const replayRows = ({ nativeModels }: Places): readonly ReplayRow[] =>
  read(join(nativeModels, 'replay/replay.csv.gz'), Replay);

/** native-models/regression: the development part of HateCheck, English. @throws ModelFileError */
export const regressionRows = ({ nativeModels }: Places): readonly RegressionRow[] =>
  read(join(nativeModels, 'regression/hatecheck-dev.csv.gz'), Regression).map(({ id, text, label }) => ({
    id,
    text,
    positive: label === '1',
  }));

/**
 * Rows to replay beside `decisions` rows: half as many, of the languages of those, both labels alike.
 * @param both whether the abusive ones can be used: where there are several labels for it, nobody knows which is meant
 */
export function chosenReplay(
  rows: readonly ReplayRow[],
  {
    decisions,
    languages,
    both,
  }: { readonly decisions: number; readonly languages: readonly string[]; readonly both: boolean },
): readonly ReplayRow[] {
  const spoken = rows.filter(({ language }) => languages.includes(language));
  const each = Math.min(MOST_EACH, Math.round((decisions * SHARE) / 2));
  const drawn = (label: ReplayRow['label']): readonly ReplayRow[] =>
    shuffle(
      spoken.filter((row) => row.label === label),
      seededRandom(SEED),
    ).slice(0, each);
  return both ? [...drawn('fine'), ...drawn('abusive')] : drawn('fine');
}

/** Of the decisions. */
const SHARE = 0.5;
const MOST_EACH = 1000;
const SEED = 11;

function read<T>(file: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(parse(gunzipSync(readFileSync(file)), { columns: true }));
  } catch (error) {
    throw new ModelFileError(
      file,
      `${file} cannot be read (${error instanceof z.ZodError ? 'it is not in the form that was expected' : reasonOf(error)}).`,
      'Get the program again: it is incomplete.',
      error,
    );
  }
}
