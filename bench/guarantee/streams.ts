/**
 * Texts for the simulation, none twice: real ones, and a longer stream in which two or three fragments of real ones stand
 * together. The parts that their sets keep for tests are left out, and so are sets that only test.
 */
import { readDataset, type SetName } from '../../native-models/recipe/datasets.ts';
import { formHash } from '../../desk/triage/text-form.ts';
import { seededRandom, shuffle, type Random } from '../../engine/train/random.ts';

const SETS: readonly SetName[] = [
  'hatexplain',
  'toxic_spans',
  'civil_comments_crowd',
  'wikitalk_context_toxicity',
  'davidson2017',
  'hatemoji_build',
  'stormfront_hate',
  'toxigen_human_subset',
];

/** Real English texts in random order with a fixed seed, one of each group of copies. */
export function realTexts(folder: string): readonly string[] {
  const known = new Set<number>();
  const texts: string[] = [];
  for (const set of SETS)
    for (const { text, split } of readDataset(folder, set)) {
      if (split === 'test' || text.trim() === '') continue;
      if (isNew(known, text)) texts.push(text);
    }
  return shuffle(texts, seededRandom(1));
}

/** Words of a fragment. */
const FRAGMENT = { least: 3, most: 10 } as const;
/** Fragments are of texts about which the model is clear: so is a community of which it flags one message in a hundred. */
const CLEAR = { below: 0.25, from: 0.9 } as const;
/** One joined text in so many holds a fragment of a text that is clearly flagged. */
const ONE_IN = 40;

/**
 * `count` texts of two or three fragments, none twice; the same for the same input.
 * @param scores what the model says of the real texts
 */
export function joinedTexts(real: readonly string[], scores: Float32Array, count: number): readonly string[] {
  const random = seededRandom(2);
  const fragments = (isWanted: (score: number) => boolean): string[] =>
    real.flatMap((text, i) => (isWanted(scores[i] as number) ? fragmentsOf(text) : []));
  const plain = fragments((score) => score < CLEAR.below);
  const flagged = fragments((score) => score >= CLEAR.from);
  const known = new Set<number>();
  const texts: string[] = [];
  while (texts.length < count) {
    const parts = Array.from({ length: random() < 0.5 ? 2 : 3 }, () => pick(plain, random));
    if (random() * ONE_IN < 1) parts[Math.floor(random() * parts.length)] = pick(flagged, random);
    const text = parts.join(' ');
    if (isNew(known, text)) texts.push(text);
  }
  return texts;
}

/** A text cut behind the ends of its sentences, and where those are long, after so many words. */
function fragmentsOf(text: string): string[] {
  return text.split(/(?<=[.!?;:\n])\s+/).flatMap((sentence) => {
    const words = sentence.split(/\s+/).filter((word) => word !== '');
    const pieces = Math.ceil(words.length / FRAGMENT.most);
    const size = Math.ceil(words.length / pieces);
    return Array.from({ length: pieces }, (_, i) => words.slice(i * size, (i + 1) * size))
      .filter((piece) => piece.length >= FRAGMENT.least)
      .map((piece) => piece.join(' '));
  });
}

function isNew(known: Set<number>, text: string): boolean {
  // Stricter than the program: texts that differ in numbers alone are no two texts here.
  const key = formHash(text.replace(/\p{N}+/gu, '0'));
  if (known.has(key)) return false;
  known.add(key);
  return true;
}

const pick = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)] as T;
