/**
 * Makes the list of excluded rows: node native-models/recipe/exclude.ts DATA_FOLDER
 * To be run again whenever samples/ or a data set changes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetError, readDataset } from './datasets.ts';
import { findExcluded, formatExcluded } from './excluded.ts';
import { readSamples } from './samples.ts';

function main(): void {
  const folder = process.argv[2];
  if (folder === undefined) throw new DatasetError('Usage: node native-models/recipe/exclude.ts DATA_FOLDER');
  const { gold, sources } = readSamples(join(import.meta.dirname, '../../samples'));
  const excluded = findExcluded(
    (set) => readDataset(folder, set),
    gold.map((row) => row.text),
    new Set(sources.map((row) => row.source)),
  );
  writeFileSync(join(import.meta.dirname, 'excluded-ids.txt'), formatExcluded(excluded));
  const counts: Record<string, number> = {};
  for (const reason of excluded.values()) counts[reason] = (counts[reason] ?? 0) + 1;
  console.log(JSON.stringify({ excluded: excluded.size, ...counts }));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
