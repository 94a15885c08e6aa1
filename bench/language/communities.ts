/**
 * Communities whose language a model may adapt to: messages that nobody labelled, decisions, and a part that is held out. No two
 * messages of a community are nearly the same, so that nothing stands in two parts; what a set keeps for tests is left out.
 */
import { nearDuplicateGroups } from '../../desk/triage/near-duplicates.ts';
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import { cleaned } from '../../native-models/recipe/clean-text.ts';
import { readDataset, type DatasetRow, type SetName } from '../../native-models/recipe/datasets.ts';

export interface Message {
  readonly text: string;
  /** 1 = something is wrong with it, as this community sees it */
  readonly label: 0 | 1;
}

interface Source {
  readonly name: string;
  readonly set: SetName;
  readonly isPositive: (row: DatasetRow) => boolean;
  /** messages that are fine for each that is not; default: as they are in the set */
  readonly negatives?: number;
}

const SOURCES = [
  // Swearing is fine there, hate is not: one tweet in seventeen, too few for 300 decisions.
  {
    name: 'davidson',
    set: 'davidson2017',
    isPositive: ({ sourceLabel }) => sourceLabel === 'hate_speech',
    negatives: 4,
  },
  { name: 'hatexplain', set: 'hatexplain', isPositive: ({ label }) => label === 1 },
  { name: 'civil', set: 'civil_comments_crowd', isPositive: ({ label }) => label === 1 },
] as const satisfies readonly Source[];

export type CommunityName = (typeof SOURCES)[number]['name'];
export const COMMUNITIES: readonly CommunityName[] = SOURCES.map(({ name }) => name);

/** Messages at full scale. */
const HELD = 1000;
const DECISIONS = 300;
const UNLABELLED = 2000;
/** Code units; far more than the tokens that are read. */
const LONGEST = 1000;

export interface Parts {
  readonly unlabelled: readonly string[];
  readonly decided: readonly Message[];
}

export interface Community {
  readonly name: CommunityName;
  /** whose messages are the control */
  readonly other: CommunityName;
  /** the same for all seeds, so that differences are of the same texts */
  readonly held: readonly Message[];
  /** drawn anew for each seed, from what is not held out */
  readonly parts: (seed: number) => Parts;
}

/** All of them: each needs another one's messages. @param scale of the sizes of all parts */
export function communities(folder: string, scale: number): readonly Community[] {
  const size = (count: number): number => Math.round(count * scale);
  return SOURCES.map((source, i) => {
    const messages = shuffle(messagesOf(source, readDataset(folder, source.set)), seededRandom(1));
    const rest = messages.slice(size(HELD));
    return {
      name: source.name,
      other: (SOURCES[i + 1] ?? SOURCES[0]).name,
      held: messages.slice(0, size(HELD)),
      parts: (seed) => {
        const drawn = shuffle([...rest], seededRandom(seed + 2));
        const decisions = size(DECISIONS);
        return {
          decided: drawn.slice(0, decisions),
          unlabelled: drawn.slice(decisions, decisions + size(UNLABELLED)).map(({ text }) => text),
        };
      },
    };
  });
}

function messagesOf({ isPositive, negatives }: Source, rows: readonly DatasetRow[]): Message[] {
  const usable = rows
    .filter(({ split }) => split !== 'test')
    .map((row): Message => ({
      text: cleaned(row.text).slice(0, LONGEST).toWellFormed(),
      label: isPositive(row) ? 1 : 0,
    }))
    .filter(({ text }) => text !== '');
  const groups = nearDuplicateGroups(usable.map(({ text }) => text));
  const met = new Set<number>();
  const single = usable.filter((_, i) => {
    const group = groups[i] ?? i;
    return !met.has(group) && met.add(group);
  });
  if (negatives === undefined) return single;
  const wrong = single.filter(({ label }) => label === 1);
  const fine = shuffle(
    single.filter(({ label }) => label === 0),
    seededRandom(0),
  );
  return [...wrong, ...fine.slice(0, negatives * wrong.length)];
}
