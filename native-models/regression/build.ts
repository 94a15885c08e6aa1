/**
 * Writes the development part of HateCheck: node native-models/regression/build.ts DATA_FOLDER
 * The other part is never used to choose anything.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { DatasetError, readDataset } from '../recipe/datasets.ts';
import { splitHateCheck } from './split.ts';

const Targets = z.array(z.object({ id: z.string(), target: z.string() }));

function main(): void {
  const folder = process.argv[2];
  if (folder === undefined) throw new DatasetError('Usage: node native-models/regression/build.ts DATA_FOLDER');
  const rows = readDataset(folder, 'hatecheck');
  const file = gunzipSync(readFileSync(join(folder, 'hatecheck.csv.gz')));
  const targets = Targets.parse(parse(file, { columns: true, bom: true }));
  const split = splitHateCheck(rows.map((row, i) => ({ ...row, target: targets[i]?.target ?? '' })));
  const development = split.filter(({ part }) => part === 'development');
  const csv = stringify(
    development.map(({ id, text, label }) => ({ id, label, text })),
    { header: true },
  );
  writeFileSync(join(import.meta.dirname, 'hatecheck-dev.csv.gz'), gzipSync(csv, { level: 9 }));
  const functionalities = new Set(development.map(({ functionality }) => functionality)).size;
  console.log(JSON.stringify({ rows: rows.length, development: development.length, functionalities }));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
