/**
 * The rows of a table: the official splits of a set, or parts cut by a hash of the text where it has none, so that
 * everybody who cuts them gets the same. A text that is tested on is never trained on, also not under another id.
 */
import { createHash } from 'node:crypto';
import { cleaned } from '../../native-models/recipe/clean-text.ts';
import { TEST_SETS, type DatasetRow, type SetName } from '../../native-models/recipe/datasets.ts';
import type { DataChoice, TestSet, TrainSet } from './spec.ts';

export interface CutRow {
  readonly id: string;
  /** entities decoded, handles made equal, cut to LONGEST characters */
  readonly text: string;
  /** index into the labels */
  readonly label: number;
}

export interface Cut {
  readonly labels: readonly string[];
  readonly train: readonly CutRow[];
  readonly dev: readonly CutRow[];
  /** of all sets that are tested on, one after the other */
  readonly test: readonly CutRow[];
  readonly slices: readonly Slice[];
  /** in words: how many rows of how many, and how the parts were made */
  readonly description: string;
  /** of everything above */
  readonly hash: string;
}

/** Where one set's test part stands in `test`. */
export interface Slice {
  readonly set: TestSet;
  readonly from: number;
  readonly to: number;
}

/** Fewer rows than this say nothing. */
const LEAST = 48;
/** Code units of a text, so that it fits into 512 tokens and a long one does not cost more than all others. */
const LONGEST = 1000;

/** Shares of the parts that are cut from a set without them. */
const SHARES = { dev: 0.15, test: 0.2 } as const;
/** One row in a hundred is toxic: a fifth of the set would leave 40 to test on. */
const RARE_SHARES = { dev: 0.15, test: 0.35 } as const;

interface Parts {
  readonly train: readonly DatasetRow[];
  readonly dev: readonly DatasetRow[];
  readonly test: readonly DatasetRow[];
  readonly how: string;
}

/** The rows of a choice. Throws RangeError where a part has no rows or knows other labels than the training part. */
export function cutOf(read: (set: SetName) => readonly DatasetRow[], choice: DataChoice, scale: number): Cut {
  const parts = partsOf(read(choice.set), choice.set);
  const wanted = (count: number | null, all: number): number =>
    Math.min(all, Math.max(LEAST, Math.round(Math.min(count ?? all, all) * scale)));
  const first = <T>(rows: readonly T[], count: number | null): readonly T[] =>
    rows.slice(0, wanted(count, rows.length));
  const labelled = (row: DatasetRow): string =>
    choice.labels === 'original' ? row.sourceLabel : row.label === 1 ? 'hateful' : 'normal';
  const names = [...new Set(parts.train.map(labelled))].sort().reverse();
  const labels = choice.labels === 'original' ? names : ['normal', 'hateful'];
  const rowOf = (row: DatasetRow): CutRow => {
    const label = labels.indexOf(labelled(row));
    if (label < 0) throw new RangeError(`${row.id} has the label ${labelled(row)}, which no training row has`);
    return { id: row.id, text: textOf(row), label };
  };

  const tests = [choice.set, ...(choice.others ?? [])].map((set) => {
    const all = set === choice.set ? parts.test : testPart(read(set), set);
    return { set, all, rows: first(all, choice.test) };
  });
  const seen = new Set(tests.flatMap(({ all }) => all.map(sameText)));
  const dev = first(without(parts.dev, seen), choice.dev);
  for (const row of dev) seen.add(sameText(row));
  const usable = without(parts.train, seen);
  const thinned = choice.negatives === undefined ? usable : thinnedTo(choice.negatives, usable);
  const train = first(thinned, choice.train);

  const slices: Slice[] = [];
  for (const { set, rows } of tests) {
    const from = slices.at(-1)?.to ?? 0;
    slices.push({ set, from, to: from + rows.length });
  }
  const cut = {
    labels,
    train: train.map(rowOf),
    dev: dev.map(rowOf),
    test: tests.flatMap(({ rows }) => rows.map(rowOf)),
    slices,
  };
  for (const part of ['train', 'dev', 'test'] as const)
    if (cut[part].length === 0) throw new RangeError(`${choice.set} has no rows for ${part}`);
  return {
    ...cut,
    description:
      [
        `${TITLES[choice.set]}: ${share(train.length, usable.length)} training rows` +
          (choice.negatives === undefined ? '' : ` (${choice.negatives} of label 0 for each of label 1)`),
        `dev ${share(dev.length, parts.dev.length)}`,
        ...tests.map(
          ({ set, all, rows }) =>
            `test ${set === choice.set ? '' : `${TITLES[set]} `}${share(rows.length, all.length)}`,
        ),
      ].join(', ') + `; ${parts.how}.`,
    hash: createHash('sha256').update(JSON.stringify(cut)).digest('hex').slice(0, 16),
  };
}

/** Set names as they are written. */
export const TITLES: Readonly<Record<SetName, string>> = {
  hatexplain: 'HateXplain',
  civil_comments_crowd: 'Civil Comments',
  toxigen_human_subset: 'ToxiGen',
  davidson2017: 'Davidson',
  toxic_spans: 'Toxic Spans',
  hatemoji_build: 'HatemojiBuild',
  stormfront_hate: 'Stormfront',
  wikitalk_context_toxicity: 'Wikipedia talk',
  germeval2018: 'GermEval 2018',
  hatecheck: 'HateCheck',
  multilingual_hatecheck: 'Multilingual HateCheck',
  hatemoji_check: 'HatemojiCheck',
};

/** The official parts, as far as there are any; the rest by hash. Sets that only test have no other part. */
function partsOf(rows: readonly DatasetRow[], set: TrainSet): Parts {
  const of = (split: string): readonly DatasetRow[] => rows.filter((row) => row.split === split);
  const shares = set === 'wikitalk_context_toxicity' ? RARE_SHARES : SHARES;
  const official = { train: of('train'), dev: of('dev'), test: of('test') };
  if (official.dev.length > 0) return { ...official, how: 'official splits, the first rows of each' };
  const uncut = byHash(official.train.length > 0 ? official.train : of('all'));
  const part = (from: number, to: number) => uncut.filter(({ at }) => at >= from && at < to).map(({ row }) => row);
  if (official.test.length > 0)
    return {
      train: part(shares.dev, 1),
      dev: part(0, shares.dev),
      test: official.test,
      how: `official test, ${percent(shares.dev)} of train cut off as dev by hash`,
    };
  return {
    test: part(0, shares.test),
    dev: part(shares.test, shares.test + shares.dev),
    train: part(shares.test + shares.dev, 1),
    how: `no official splits: test ${percent(shares.test)} and dev ${percent(shares.dev)} by hash`,
  };
}

function testPart(rows: readonly DatasetRow[], set: TestSet): readonly DatasetRow[] {
  return isTestSet(set) ? rows : partsOf(rows, set).test;
}

const isTestSet = (set: TestSet): set is (typeof TEST_SETS)[number] => TEST_SETS.some((other) => other === set);

/** All rows with a number in [0, 1) that follows from the text, in its order: as good as at random. */
const byHash = (rows: readonly DatasetRow[]) =>
  rows
    .map((row) => ({ row, at: createHash('sha256').update(sameText(row)).digest().readUInt32BE(0) / 2 ** 32 }))
    .sort((a, b) => a.at - b.at);

/** Texts that are the same for anyone who reads them. */
const sameText = ({ text }: DatasetRow): string => cleaned(text).toLowerCase();

const textOf = ({ text }: DatasetRow): string => cleaned(text).slice(0, LONGEST).toWellFormed();

const without = (rows: readonly DatasetRow[], seen: ReadonlySet<string>): readonly DatasetRow[] =>
  rows.filter((row) => !seen.has(sameText(row)) && textOf(row) !== '');

/** All rows of label 1 among as many times as many of label 0, taken evenly, so that a first part of them has both. */
function thinnedTo(negatives: number, rows: readonly DatasetRow[]): readonly DatasetRow[] {
  const positive = rows.filter(({ label }) => label === 1).length;
  const kept = Math.min(1, (negatives * positive) / (rows.length - positive));
  let met = 0;
  return rows.filter(({ label }) => label === 1 || Math.round(++met * kept) > Math.round((met - 1) * kept));
}

const count = (n: number): string => n.toLocaleString('en-US');
const share = (taken: number, all: number): string =>
  taken === all ? `all ${count(all)}` : `${count(taken)} of ${count(all)}`;
const percent = (of: number): string => `${Math.round(of * 100)}%`;
