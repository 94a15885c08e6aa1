/**
 * Gives chosen comments an invented setting: who wrote when, and in reply to what. Nothing of it is in the source, and
 * neighbouring messages do not answer each other in meaning; it is there so that threads, authors and times have shape.
 */
import type { Random } from '../engine/train/random.ts';
import type { Comment } from './choose.ts';

export interface Person {
  readonly index: number;
  readonly name: string;
  readonly nickname: string;
  /** when they joined, ms since 1970 UTC */
  readonly joined: number;
}

export interface Turn {
  readonly comment: Comment;
  readonly author: Person;
  /** ms since 1970 UTC, strictly ascending from turn to turn */
  readonly time: number;
  /** ms since 1970 UTC, or null when never edited */
  readonly edited: number | null;
  /** position of the turn that this one replies to, or null */
  readonly replyTo: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The clock of the samples. May and June have no change to or from summer time. */
const START = Date.UTC(2026, 4, 4, 6, 0, 0);

const FIRST = ['amber', 'brisk', 'calm', 'dusty', 'early', 'fern', 'gentle', 'hazel', 'ivory', 'jolly'] as const;
const SECOND = ['heron', 'lynx', 'maple', 'otter', 'pebble', 'quill', 'river', 'sparrow', 'thistle', 'wren'] as const;

/** Invented people: `count` ≤ 100 distinct names of an adjective and a thing. */
export function invitePeople(count: number, random: Random): readonly Person[] {
  const names = FIRST.flatMap((first) => SECOND.map((second) => [first, second] as const));
  const people: Person[] = [];
  while (people.length < count) {
    const at = Math.floor(random() * names.length);
    const [first, second] = names.splice(at, 1)[0] as readonly [string, string];
    const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
    people.push({
      index: people.length,
      name: `${first}_${second}`,
      nickname: `${capital(first)} ${capital(second)}`,
      joined: START - Math.floor(random() * 400 * 24 * HOUR),
    });
  }
  return people;
}

/** Puts the comments on a time line of about `days` days, with busy evenings, quiet nights, and a few busy people. */
export function converse(
  comments: readonly Comment[],
  people: readonly Person[],
  days: number,
  random: Random,
): readonly Turn[] {
  const gap = (days * 24 * HOUR) / comments.length;
  const turns: Turn[] = [];
  let time = START;
  for (const comment of comments) {
    const hour = new Date(time).getUTCHours();
    const pace = hour < 5 ? 4 : hour >= 16 && hour < 22 ? 0.5 : 1;
    time += 1000 + Math.floor(-Math.log(1 - random()) * gap * pace * 0.8);
    // Zipf: the k-th person writes about 1/k as much as the first.
    const author = people[Math.floor(people.length ** random()) - 1] ?? (people[0] as Person);
    let replyTo: number | null = null;
    if (turns.length > 0 && random() < 0.4) {
      const target = Math.max(0, turns.length - 1 - Math.floor(-Math.log(1 - random()) * 6));
      if ((turns[target] as Turn).author !== author) replyTo = target;
    }
    const edited = random() < 0.03 ? time + Math.floor((0.2 + random() * 8) * MINUTE) : null;
    turns.push({ comment, author, time, edited, replyTo });
  }
  return turns;
}
