/**
 * The committed list of rows that no training may see: what stands in samples/, what is nearly the same, and what is
 * nearly the same as a test set's rows.
 */
import { readFileSync } from 'node:fs';
import { DatasetError, TEST_SETS, TRAINABLE_SETS, type DatasetRow, type SetName } from './datasets.ts';
import { cleaned } from './clean-text.ts';
import { ShingleIndex } from '../../desk/triage/near-duplicates.ts';

/** Why a row is excluded: it is in the samples, it is nearly a message of them, or nearly a row of the named test set. */
export type Reason = 'sample' | 'near-sample' | `near-${string}`;

/**
 * Finds the ids to exclude in all trainable sets. Rows of test splits are not listed: the recipe never takes those.
 * samples: the texts of samples/. sampleIds: which rows they are.
 */
export function findExcluded(
  read: (set: SetName) => readonly DatasetRow[],
  samples: readonly string[],
  sampleIds: ReadonlySet<string>,
): ReadonlyMap<string, Reason> {
  const hatexplainTest = read('hatexplain').filter((row) => row.split === 'test');
  const tests: readonly (readonly [Reason, ShingleIndex])[] = [
    ['near-sample', new ShingleIndex(samples)],
    ['near-hatexplain-test', new ShingleIndex(hatexplainTest.map((row) => row.text))],
    ...TEST_SETS.map((set) => [`near-${set}` as const, new ShingleIndex(read(set).map((row) => row.text))] as const),
  ];
  const excluded = new Map<string, Reason>();
  for (const set of TRAINABLE_SETS) {
    for (const row of read(set)) {
      if (set === 'hatexplain' && row.split === 'test') continue;
      const reason = sampleIds.has(row.id)
        ? 'sample'
        : tests.find(([, index]) => [row.text, cleaned(row.text)].some((text) => index.similar(text).length > 0))?.[0];
      if (reason !== undefined) excluded.set(row.id, reason);
    }
  }
  return excluded;
}

/** One row a line: the id, a tab, the reason. Sorted, so that a change shows as few lines. */
export function formatExcluded(excluded: ReadonlyMap<string, Reason>): string {
  const lines = [...excluded].map(([id, reason]) => `${id}\t${reason}`).sort();
  return (
    '# Rows that no training may see (exclude.ts makes this list): sample = a message of samples/,\n' +
    '# near-sample = a near-duplicate of one (Jaccard of 5-character shingles ≥ 0.7), near-SET = a near-duplicate of a test row.\n' +
    `${lines.join('\n')}\n`
  );
}

/** Reads the list. Throws DatasetError naming the line that is none. */
export function readExcluded(file: string): ReadonlyMap<string, Reason> {
  const excluded = new Map<string, Reason>();
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      if (line === '' || line.startsWith('#')) return;
      const [id, reason, ...rest] = line.split('\t');
      if (!id || rest.length > 0 || !(reason === 'sample' || reason?.startsWith('near-'))) {
        throw new DatasetError(`${file}, line ${index + 1}: expected an id, a tab and a reason. Run exclude.ts again.`);
      }
      excluded.set(id, reason as Reason);
    });
  return excluded;
}
