/** Small invented data sets in the form of the real ones, so that samples and recipe can be tested without those. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TEST_SETS, TRAINABLE_SETS, type SetName } from '../../native-models/recipe/datasets.ts';
import { seededRandom, type Random } from '../../engine/train/random.ts';

export interface FakeRow {
  readonly id: string;
  readonly text: string;
  readonly label: 0 | 1;
  readonly split: string;
  readonly sourceLabel: string;
}

const SYLLABLES = ['ba', 'ko', 'ri', 'tam', 'zel', 'fu', 'nor', 'mi', 'sta', 'gel', 'hup', 'wi', 'dra', 'pon', 'che'];

/** A sentence of `words` invented words; two of them are next to never near-duplicates. */
export function sentence(random: Random, words = 12): string {
  const pick = (): string => SYLLABLES[Math.floor(random() * SYLLABLES.length)] as string;
  return Array.from({ length: words }, () => Array.from({ length: 2 + Math.floor(random() * 2) }, pick).join('')).join(
    ' ',
  );
}

/** Civil Comments rows: `fine` with no to one vote in three, `toxic` with three of three or two. */
export function civilRows(fine: number, toxic: number, seed: number): FakeRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: fine + toxic }, (_, i) => {
    const label = i < toxic ? 1 : 0;
    const votes = label === 1 ? 2 + (i % 2) : i % 2;
    return { id: `civil:${i}`, text: sentence(random), label, split: 'all', sourceLabel: `toxic_votes=${votes}/3` };
  });
}

/** Writes a folder with every set, those not given being empty. It goes when it is disposed of. */
export function dataFolder(sets: Partial<Record<SetName, readonly FakeRow[]>>): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'moderato-sets-'));
  const cell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
  for (const set of [...TRAINABLE_SETS, ...TEST_SETS]) {
    const rows = (sets[set] ?? []).map((row) =>
      [row.id, row.text, String(row.label), row.split, '', row.sourceLabel].map(cell).join(','),
    );
    const csv = ['id,text,label,split,target,source_label', ...rows].map((line) => `${line}\r\n`).join('');
    writeFileSync(join(path, `${set}.csv.gz`), gzipSync(csv));
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
