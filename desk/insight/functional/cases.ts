/**
 * Functional test suites in the files of a person: HateCheck, HatemojiCheck and Multilingual HateCheck, as their authors publish
 * them (CSV, also gzipped) or with the columns of native-models/recipe/datasets.ts. They are evaluated on, and never trained on.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { DeskError } from '../../errors.ts';

export interface Case {
  readonly text: string;
  readonly hateful: boolean;
  /** what the case tests: `derog_neg_emote_h` */
  readonly functionality: string;
  /** group that is meant; '' where none is */
  readonly target: string;
  /** 'english', 'german' … */
  readonly language: string;
}

export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

export interface Suites {
  readonly suites: readonly Suite[];
  /** files of a folder that are none */
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

/** No suite is nearly as large. */
const LARGEST_BYTES = 1 << 27;
const MOST_CASES = 200_000;

const LANGUAGES: ReadonlySet<string> = new Set(
  'arabic dutch english french german hindi italian mandarin polish portuguese spanish'.split(' '),
);
/** What the authors call the columns. */
const COLUMNS = {
  text: ['test_case', 'text'],
  label: ['label_gold', 'label'],
  target: ['target_ident', 'target'],
  id: ['mhc_case_id', 'case_id', 'id'],
} as const;
const LABELS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, '0': false, '1.0': true, '0.0': false },
  ...{ hateful: true, 'non-hateful': false, hate: true, 'not hateful': false },
};

const Rows = z.array(z.record(z.string(), z.string()));

/** A file that is no suite. */
class NoSuite extends Error {}

/** @param path a file, or a folder whose suites are wanted. @throws DeskError bad-input */
export function readSuites(path: string): Suites {
  const remedy = 'Name the CSV of HateCheck, HatemojiCheck or Multilingual HateCheck, or the folder that holds them.';
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new DeskError('bad-input', `There is no ${path}.`, remedy);
  }
  const files = isFolder
    ? readdirSync(path)
        .filter((name) => /\.csv(\.gz)?$/i.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const suites: Suite[] = [];
  const skipped: { path: string; why: string }[] = [];
  for (const file of files)
    try {
      suites.push(readSuite(file));
    } catch (error) {
      if (!(error instanceof NoSuite)) throw error;
      if (!isFolder) throw new DeskError('bad-input', `${file}: ${error.message}.`, remedy);
      skipped.push({ path: file, why: error.message });
    }
  if (suites.length === 0) throw new DeskError('bad-input', `There is no test suite in ${path}.`, remedy);
  return { suites, skipped };
}

function readSuite(file: string): Suite {
  const name = basename(file).replace(/\.csv(\.gz)?$/i, '');
  const rows = rowsOf(file);
  const [first] = rows;
  if (first === undefined) throw new NoSuite('it has no rows');
  if (rows.length > MOST_CASES) throw new NoSuite(`it has ${rows.length} rows, more than any test suite`);
  const columns = Object.fromEntries(
    Object.entries(COLUMNS).map(([what, names]) => [what, names.find((one) => one in first)]),
  );
  const { text, label, target, id } = columns;
  if (text === undefined || label === undefined) throw new NoSuite('it has no columns of texts and labels');
  const cases = rows.map((row, i): Case => {
    const hateful = LABELS[(row[label] ?? '').trim().toLowerCase()];
    if (hateful === undefined) throw new NoSuite(`row ${i + 1} is labelled neither hateful nor non-hateful`);
    const named = placeOf(row['functionality'], id === undefined ? '' : (row[id] ?? ''), name, row['language']);
    if (named === null) throw new NoSuite('its rows do not say what they test (a column "functionality")');
    return { text: row[text] ?? '', hateful, target: target === undefined ? '' : (row[target] ?? ''), ...named };
  });
  return { name, cases };
}

function rowsOf(file: string): z.infer<typeof Rows> {
  try {
    if (statSync(file).size > LARGEST_BYTES) throw new NoSuite('it is larger than any test suite');
    const bytes = readFileSync(file);
    const text = file.toLowerCase().endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: LARGEST_BYTES }) : bytes;
    return Rows.parse(parse(text, { columns: true, bom: true, skip_empty_lines: true }));
  } catch (error) {
    if (error instanceof NoSuite) throw error;
    // The parser's own words name a line, never what stands in it.
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new NoSuite(`it cannot be read as CSV${code}`);
  }
}

/**
 * What a case tests and in which language: by its columns, else by its id (`hatecheck:FUNCTIONALITY:CASE`,
 * `LANGUAGE:FUNCTIONALITY:CASE`, `LANGUAGE-CASE`) or by the name of the file. Null where nothing says it.
 */
function placeOf(
  functionality: string | undefined,
  id: string,
  file: string,
  language: string | undefined,
): Pick<Case, 'functionality' | 'language'> | null {
  const [first = '', second = ''] = id.split(':');
  const isOwn = ['hatecheck', 'hatemojicheck'].includes(first) || LANGUAGES.has(first);
  const named = functionality ?? (isOwn && second !== '' ? second : null);
  if (named === null || named.trim() === '') return null;
  const spoken = [language, first, /^([a-z]+)-\d+$/.exec(id)?.[1], ...file.toLowerCase().split(/[^a-z]+/)];
  const known = spoken.map((one) => one?.trim().toLowerCase()).find((one) => one !== undefined && LANGUAGES.has(one));
  return { functionality: named.trim(), language: known ?? 'english' };
}
