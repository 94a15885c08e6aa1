/**
 * Writes the rows that a retraining replays beside the decisions of a community: node native-models/replay/build.ts DATA_FOLDER
 * Training parts of public sets whose licences allow it; no row of samples/, of a test part, or nearly one.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { nearDuplicateGroups } from '../../desk/triage/near-duplicates.ts';
import { cleaned } from '../recipe/clean-text.ts';
import { DatasetError, readDataset, type DatasetRow, type SetName } from '../recipe/datasets.ts';
import { readExcluded } from '../recipe/excluded.ts';

interface Part {
  readonly set: SetName;
  readonly language: string;
  /** rows of each label */
  readonly each: number;
}

/** In the order in which a text that several have is taken. */
const PARTS: readonly Part[] = [
  { set: 'hatexplain', language: 'en', each: 700 },
  { set: 'civil_comments_crowd', language: 'en', each: 700 },
  { set: 'hatemoji_build', language: 'en', each: 300 },
  { set: 'germeval2018', language: 'de', each: 400 },
];

/** UTF-16 units; a long text costs as much time as many short ones. */
const LONGEST = 600;

/** A number in [0, 1) that depends on the id alone. */
const placeOf = ({ id }: DatasetRow): number =>
  createHash('sha256').update(`replay ${id}`).digest().readUInt32BE(0) / 2 ** 32;

function main(): void {
  const folder = process.argv[2];
  if (folder === undefined) throw new DatasetError('Usage: node native-models/replay/build.ts DATA_FOLDER');
  const excluded = readExcluded(join(import.meta.dirname, '../recipe/excluded-ids.txt'));
  const candidates = PARTS.flatMap(({ set, language, each }) => {
    const usable = readDataset(folder, set)
      .filter(({ split, id }) => (split === 'train' || split === 'all') && !excluded.has(id))
      .map((row) => ({ ...row, set, language, text: cleaned(row.text) }))
      .filter(({ text }) => text !== '' && text.length <= LONGEST)
      .sort((a, b) => placeOf(a) - placeOf(b));
    return ([0, 1] as const).flatMap((label) => usable.filter((row) => row.label === label).slice(0, each));
  });
  const groups = nearDuplicateGroups(candidates.map(({ text }) => text));
  const rows = candidates.filter((_, i) => groups[i] === i);
  const csv = stringify(
    rows.map(({ id, language, label, text }) => ({ id, language, label: label === 1 ? 'abusive' : 'fine', text })),
    { header: true },
  );
  const packed = gzipSync(csv, { level: 9 });
  writeFileSync(join(import.meta.dirname, 'replay.csv.gz'), packed);
  const counts = PARTS.map(({ set }) => [set, rows.filter((row) => row.set === set).length]);
  console.log(JSON.stringify({ rows: rows.length, bytes: packed.length, ...Object.fromEntries(counts) }));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
