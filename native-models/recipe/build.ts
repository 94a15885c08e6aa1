/**
 * Writes the training corpus of the default head: node native-models/recipe/build.ts DATA_FOLDER OUT_FOLDER
 * OUT_FOLDER gets train.csv and dev.csv (text,label,id,split); the counts and SHA-256 are printed as JSON, which is what
 * native-models/recipe/corpus.json holds for the committed head. The files are never committed: their texts are abusive.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCorpus, LABELS, refuseSamples, type Corpus } from './corpus.ts';
import { DatasetError, readDataset } from './datasets.ts';
import { readExcluded } from './excluded.ts';
import { readSamples } from './samples.ts';

/** RFC 4180 with \n line ends. */
function csvOf(corpus: Corpus, split: 'train' | 'dev'): string {
  const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rows = corpus.rows.filter((row) => row.split === split);
  return ['text,label,id,split', ...rows.map((row) => [row.text, LABELS[row.label], row.id, split].map(cell).join(','))]
    .map((line) => `${line}\n`)
    .join('');
}

function countsOf(corpus: Corpus): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {};
  for (const { set, split, label } of corpus.rows) {
    const ofSet = (counts[set] ??= {});
    const key = `${split}.${LABELS[label]}`;
    ofSet[key] = (ofSet[key] ?? 0) + 1;
  }
  return counts;
}

function main(): void {
  const [folder, out] = process.argv.slice(2);
  if (folder === undefined || out === undefined) {
    throw new DatasetError('Usage: node native-models/recipe/build.ts DATA_FOLDER OUT_FOLDER');
  }
  const corpus = buildCorpus(
    (set) => readDataset(folder, set),
    readExcluded(join(import.meta.dirname, 'excluded-ids.txt')),
  );
  refuseSamples(
    corpus,
    readSamples(join(import.meta.dirname, '../../samples')).gold.map((row) => row.text),
  );
  mkdirSync(out, { recursive: true });
  const files: Record<string, { rows: number; sha256: string }> = {};
  for (const split of ['train', 'dev'] as const) {
    const content = csvOf(corpus, split);
    writeFileSync(join(out, `${split}.csv`), content);
    files[`${split}.csv`] = {
      rows: corpus.rows.filter((row) => row.split === split).length,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
  }
  console.log(JSON.stringify({ labels: LABELS, files, sets: countsOf(corpus), leftOut: corpus.leftOut }, null, 2));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
