/**
 * Chooses the texts of the samples from the crowd annotation of Civil Comments (CC0), with the crowd's majority as gold.
 * The clearest judgements come first on both sides, because a label that two of three people gave says little about the
 * program that is measured by it.
 */
import type { DatasetRow } from '../native-models/recipe/datasets.ts';
import { nearDuplicateGroups } from '../desk/triage/near-duplicates.ts';
import { shuffle, type Random } from '../engine/train/random.ts';

export class SampleError extends Error {
  override readonly name = 'SampleError';
}

export interface Comment {
  /** id in the source data set */
  readonly source: string;
  readonly text: string;
  readonly toxic: boolean;
  /** as in the source: "toxic votes / votes" */
  readonly votes: string;
}

export interface Choice {
  readonly discord: readonly Comment[];
  readonly telegram: readonly Comment[];
}

/** Share of annotators who called the comment toxic. Throws SampleError when the row does not say. */
function toxicShare(row: DatasetRow): number {
  const votes = /^toxic_votes=(\d+)\/(\d+)$/.exec(row.sourceLabel);
  if (votes === null)
    throw new SampleError(`Row ${row.id} has no toxic votes: its source_label is not "toxic_votes=N/M".`);
  return Number(votes[1]) / Number(votes[2]);
}

/**
 * Draws `perPlatform` comments for each platform, `toxic` of them toxic, in random order. No two are near-duplicates of
 * each other, within a platform or across.
 * Throws SampleError when the source has too few.
 */
export function chooseComments(
  rows: readonly DatasetRow[],
  perPlatform: number,
  toxic: number,
  random: Random,
): Choice {
  const groups = nearDuplicateGroups(rows.map((row) => row.text));
  const labelsOfGroup = new Map<number, Set<0 | 1>>();
  rows.forEach((row, index) => {
    const group = groups[index] as number;
    labelsOfGroup.set(group, (labelsOfGroup.get(group) ?? new Set()).add(row.label));
  });
  const usable = shuffle([...rows.keys()], random)
    // One comment of each group, and none of a group that the crowd judged both ways.
    .filter((index) => groups[index] === index && labelsOfGroup.get(index)?.size === 1)
    .map((index) => rows[index] as DatasetRow)
    // eslint-disable-next-line no-control-regex -- control characters would be lost on the way through some exports
    .filter((row) => /\p{L}/u.test(row.text) && !/[\x00-\x08\x0b-\x1f\x7f]/.test(row.text))
    .map((row) => ({ row, share: toxicShare(row) }));
  const clearestFirst = (label: 0 | 1): Comment[] =>
    usable
      .filter(({ row }) => row.label === label)
      .sort((a, b) => (label === 1 ? b.share - a.share : a.share - b.share))
      .map(({ row }) => ({
        source: row.id,
        text: row.text,
        toxic: label === 1,
        votes: row.sourceLabel.replace('toxic_votes=', ''),
      }));
  const take = (label: 0 | 1, count: number): Comment[] => {
    const taken = clearestFirst(label).slice(0, count);
    if (taken.length < count) {
      throw new SampleError(
        `The source has ${taken.length} usable comments with label ${label}, but ${count} are needed. ` +
          'Give the complete civil_comments_crowd set, or ask for fewer messages.',
      );
    }
    return shuffle(taken, random);
  };
  const positives = take(1, 2 * toxic);
  const negatives = take(0, 2 * (perPlatform - toxic));
  const half = (first: boolean): Comment[] => {
    const part = (all: Comment[]): Comment[] => (first ? all.slice(0, all.length / 2) : all.slice(all.length / 2));
    return shuffle([...part(positives), ...part(negatives)], random);
  };
  return { discord: half(true), telegram: half(false) };
}
