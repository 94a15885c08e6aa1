/**
 * Four communities of which every label is known: a pool that a moderator may decide, and a part that is held out. The adapter
 * that comes along saw none of their messages, nor anything nearly the same; of one community it did, under another rule.
 * Near-duplicates fall on one side, and what a set keeps for tests is held out.
 */
import path from 'node:path';
import { nearDuplicateGroups, ShingleIndex } from '../../desk/triage/near-duplicates.ts';
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import { cleaned } from '../../native-models/recipe/clean-text.ts';
import { buildCorpus, type Corpus } from '../../native-models/recipe/corpus.ts';
import { readDataset, type DatasetRow, type SetName } from '../../native-models/recipe/datasets.ts';
import { readExcluded } from '../../native-models/recipe/excluded.ts';

export interface Message {
  readonly text: string;
  /** something is wrong with it, as this community sees it */
  readonly positive: boolean;
  /** the same for near-duplicates */
  readonly group: number;
}

export interface Community {
  readonly name: string;
  readonly pool: readonly Message[];
  readonly held: readonly Message[];
}

interface Source {
  readonly name: string;
  readonly set: SetName;
  readonly isPositive: (row: DatasetRow) => boolean;
  /** the adapter may have met its messages */
  readonly met?: boolean;
}

const SOURCES: readonly Source[] = [
  { name: 'stormfront', set: 'stormfront_hate', isPositive: ({ label }) => label === 1 },
  // Swearing is fine there, hate is not. The adapter was taught that both are abusive, on nearly all of the hate in this set.
  { name: 'davidson', set: 'davidson2017', isPositive: ({ sourceLabel }) => sourceLabel === 'hate_speech', met: true },
  { name: 'civil', set: 'civil_comments_crowd', isPositive: ({ label }) => label === 1 },
  // German, which neither the base model nor the adapter was made for.
  { name: 'germeval', set: 'germeval2018', isPositive: ({ label }) => label === 1 },
];

export const COMMUNITIES = SOURCES.map(({ name }) => name);

/** Messages at most. */
const POOL = 8000;
const HELD = 2500;
/** Share of the groups that is held out where a set has no part for tests. */
const HELD_SHARE = 0.25;
/** Code units, as elsewhere among the benches. */
const LONGEST = 1000;
const EXCLUDED = path.join(import.meta.dirname, '../../native-models/recipe/excluded-ids.txt');

/** @param names of COMMUNITIES that are wanted @param scale of their sizes */
export function communities(folder: string, names: readonly string[], scale: number): readonly Community[] {
  const seen = buildCorpus((set) => readDataset(folder, set), readExcluded(EXCLUDED));
  return SOURCES.filter(({ name }) => names.includes(name)).map((source) =>
    cut(source, readDataset(folder, source.set), seen, scale),
  );
}

function cut(
  { name, set, isPositive, met }: Source,
  rows: readonly DatasetRow[],
  seen: Corpus,
  scale: number,
): Community {
  const known = new ShingleIndex(seen.rows.filter((row) => row.set === set && met !== true).map(({ text }) => text));
  const usable = rows
    .map((row) => ({ row, text: cleaned(row.text).slice(0, LONGEST).toWellFormed() }))
    .filter(({ text }) => text !== '' && known.similar(text).length === 0);
  const groups = nearDuplicateGroups(usable.map(({ text }) => text));
  const messages = usable.map(({ row, text }, i) => ({
    split: row.split,
    message: { text, positive: isPositive(row), group: groups[i] ?? i },
  }));
  const tested = new Set(messages.flatMap(({ split, message }) => (split === 'test' ? [message.group] : [])));
  // GermEval's own test part is large enough; the others have none, or one without most of what is fine.
  const drawn = set === 'germeval2018' ? new Set<number>() : draw(new Set(groups));
  const isHeld = ({ message }: (typeof messages)[number]): boolean =>
    tested.has(message.group) || drawn.has(message.group);
  const part = (held: boolean, most: number): readonly Message[] =>
    shuffle(
      messages.filter((one) => isHeld(one) === held).map(({ message }) => message),
      seededRandom(2),
    ).slice(0, Math.round(most * scale));
  return { name, pool: part(false, POOL), held: part(true, HELD) };
}

function draw(groups: ReadonlySet<number>): ReadonlySet<number> {
  const random = seededRandom(1);
  return new Set([...groups].filter(() => random() < HELD_SHARE));
}
