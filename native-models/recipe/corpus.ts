/**
 * Puts the training corpus of the default head together from public data sets, without what the excluded list names.
 * The sets do not mean the same by their labels; "abusive" here is hateful, offensive or toxic in the words of each.
 */
import { createHash } from 'node:crypto';
import { DatasetError, type DatasetRow, type SetName } from './datasets.ts';
import { cleaned } from './clean-text.ts';
import { nearDuplicateGroups, ShingleIndex } from '../../desk/triage/near-duplicates.ts';
import { normalForm } from '../../desk/triage/text-form.ts';

/** Sets in the order in which one text that several have is taken. */
export const CORPUS_SETS = [
  'hatexplain',
  'civil_comments_crowd',
  'toxigen_human_subset',
  'davidson2017',
] as const satisfies readonly SetName[];

/** Label words of the default head, in the order of its classes. */
export const LABELS = ['fine', 'abusive'] as const;

/** Held-out share of each set. */
const DEV_SHARE = 0.05;

/**
 * At most this many abusive rows for each fine one, in every set. Davidson has five, and of Civil Comments the samples
 * take most fine ones; left so, a head learns that the tone of a set is abusive. With character n-grams, Davidson whole
 * against cut costs HateXplain's dev part four points of macro-F1.
 */
const ABUSIVE_PER_FINE = 1.5;

export interface CorpusRow {
  readonly set: (typeof CORPUS_SETS)[number];
  readonly id: string;
  readonly text: string;
  readonly label: 0 | 1;
  readonly split: 'train' | 'dev';
}

export interface Corpus {
  readonly rows: readonly CorpusRow[];
  /** rows of each set that were left out, by reason */
  readonly leftOut: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Builds the corpus. Of each group of near-duplicates one row stays, none where the group has both labels; the group, by
 * its hash, is train or dev as a whole, and dev when HateXplain's own dev part has it.
 */
export function buildCorpus(
  read: (set: SetName) => readonly DatasetRow[],
  excluded: ReadonlyMap<string, string>,
): Corpus {
  const leftOut: Record<string, Record<string, number>> = {};
  const leave = (set: string, reason: string): void => {
    const reasons = (leftOut[set] ??= {});
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  const candidates = CORPUS_SETS.flatMap((set) => {
    const usable = read(set).filter((row) => {
      const reason =
        row.split === 'test'
          ? 'test split'
          : (excluded.get(row.id) ?? (cleaned(row.text) === '' ? 'empty' : undefined));
      if (reason !== undefined) leave(set, reason);
      return reason === undefined;
    });
    return thinned(usable, () => leave(set, 'more abusive than wanted')).map((row) => ({
      set,
      row,
      text: cleaned(row.text),
    }));
  });
  const groups = nearDuplicateGroups(candidates.map((candidate) => candidate.text));
  const members = new Map<number, number[]>();
  groups.forEach((group, index) => {
    const list = members.get(group);
    if (list === undefined) members.set(group, [index]);
    else list.push(index);
  });
  const rows: CorpusRow[] = [];
  for (const group of members.values()) {
    const all = group.map((index) => candidates[index] as (typeof candidates)[number]);
    if (new Set(all.map(({ row }) => row.label)).size > 1) {
      for (const { set } of all) leave(set, 'both labels in its group');
      continue;
    }
    const official = all.find(({ row }) => row.split === 'dev');
    const kept = official ?? (all[0] as (typeof all)[number]);
    for (const other of all) if (other !== kept) leave(other.set, 'near-duplicate');
    const split = official !== undefined || shareOf(normalForm(kept.text)) < DEV_SHARE ? 'dev' : 'train';
    rows.push({ set: kept.set, id: kept.row.id, text: kept.text, label: kept.row.label, split });
  }
  return { rows, leftOut };
}

/**
 * The last gate before anything is written: no text of the corpus may be a sample or nearly one, as published or as
 * cleaned. Throws DatasetError with the ids that are.
 */
export function refuseSamples(corpus: Corpus, samples: readonly string[]): void {
  const index = new ShingleIndex(samples.flatMap((text) => [text, cleaned(text)]));
  const found = corpus.rows.filter((row) => index.similar(row.text).length > 0).map((row) => row.id);
  if (found.length > 0) {
    throw new DatasetError(
      `${found.length} rows of the corpus are near-duplicates of messages in samples/: ${found.slice(0, 10).join(', ')}. ` +
        'Run native-models/recipe/exclude.ts again.',
    );
  }
}

/** Keeps all fine rows and the wanted number of abusive ones, the most certain first. An official dev part stays whole. */
function thinned(rows: readonly DatasetRow[], onLeft: () => void): readonly DatasetRow[] {
  const training = rows.filter((row) => row.split !== 'dev');
  const wanted = Math.floor(ABUSIVE_PER_FINE * training.filter((row) => row.label === 0).length);
  const abusive = training
    .filter((row) => row.label === 1)
    .map((row) => ({ row, certainty: certaintyOf(row), place: shareOf(row.id) }))
    .sort((a, b) => b.certainty - a.certainty || a.place - b.place);
  const dropped = new Set(abusive.slice(wanted).map(({ row }) => row));
  dropped.forEach(onLeft);
  return rows.filter((row) => !dropped.has(row));
}

/** How clearly an abusive row is so in the words of its set: the share of votes, or hate before mere offence. */
function certaintyOf(row: DatasetRow): number {
  const votes = /^toxic_votes=(\d+)\/(\d+)$/.exec(row.sourceLabel);
  if (votes !== null) return Number(votes[1]) / Number(votes[2]);
  return row.sourceLabel === 'offensive_language' ? 0 : 1;
}

/** A number in [0, 1) that depends on the text alone, so that no run and no added set moves a row. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
