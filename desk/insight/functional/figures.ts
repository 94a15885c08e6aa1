/** What a model makes of functional test suites: by functionality, target and language, misspelled, and false alarms by term. */
import { descendingOrder } from '../../../engine/explain/deletion.ts';
import { without, wordsOf } from '../../../engine/explain/words.ts';
import { seededRandom, shuffle } from '../../../engine/train/random.ts';
import type { FunctionalFigures, Rated, Spelled, SuiteFigures } from '../../contract/functional.ts';
import { areaUnderRoc, rank } from '../metrics.ts';
import { proportion } from '../proportion.ts';
import { attacked, ATTACKS, type Attack } from './attacks.ts';
import type { Case, Suite } from './cases.ts';
import { normalised } from '../../triage/normaliser.ts';
import { hasTerm, TERM_NAMES } from './terms.ts';

export interface CaseReading {
  readonly score: number;
  readonly flagged: boolean;
}

/** Says of each text what the model does; null of one that it does not read. */
export type ReadTexts = (texts: readonly string[]) => Promise<readonly (CaseReading | null)[]>;

export interface ReadCase extends Case, CaseReading {}

export interface ReadSuite {
  readonly name: string;
  readonly cases: readonly ReadCase[];
  readonly notRead: number;
  readonly leftOut: number;
}

/** Cases of each attack, when nothing else is asked for. */
const ATTACKED = 300;
const ENGLISH = 'english';
/** Functionalities of HateCheck whose cases are misspelled as they come. */
const MISSPELLED = /^spell_/;
export const ALL_HARMLESS = 'harmless';

/** @param leaveOut texts that are not looked at */
export async function readSuite(
  { name, cases }: Suite,
  read: ReadTexts,
  leaveOut: ReadonlySet<string> = new Set(),
): Promise<ReadSuite> {
  const left = cases.filter(({ text }) => !leaveOut.has(text));
  const verdicts = await read(left.map(({ text }) => text));
  const known = left.flatMap((one, i) => {
    const verdict = verdicts[i];
    return verdict ? [{ ...one, ...verdict }] : [];
  });
  return { name, cases: known, notRead: left.length - known.length, leftOut: cases.length - left.length };
}

/** @param attacks how many cases are attacked */
export async function functionalFigures(
  suites: readonly ReadSuite[],
  read: ReadTexts,
  attacks = ATTACKED,
): Promise<FunctionalFigures> {
  // Emoji are no letters that could be misspelled: the first suite in English is the one of words.
  const english = suites.map(({ cases }) => cases.filter(({ language }) => language === ENGLISH));
  const words = english.find((cases) => cases.length > 0) ?? [];
  const flagged = shuffle(
    words.filter(({ hateful, flagged: is }) => hateful && is),
    seededRandom(3),
  );
  return {
    suites: suites.map(suiteFigures),
    attacks: await attackFigures(flagged.slice(0, attacks), read),
    spellings: await spellingFigures(words, read),
    terms: TERM_NAMES.flatMap((name) => {
      const own = english.flat().filter(({ hateful, text }) => !hateful && hasTerm(text, name));
      return own.length === 0 ? [] : [{ name, ...rated(own, ({ flagged: is }) => is) }];
    }),
  };
}

export function suiteFigures({ name, cases, notRead, leftOut }: ReadSuite): SuiteFigures {
  const languages = grouped(cases, ({ language }) => language);
  return {
    name,
    cases: cases.length,
    notRead,
    leftOut,
    ...sides(cases),
    functionalities: [...grouped(cases, ({ functionality }) => functionality)].map(([test, own]) => ({
      name: test,
      ...rated(own, isRight),
    })),
    targets: [...grouped(cases, ({ target }) => target)]
      .filter(([target]) => target !== '')
      .map(([target, own]) => ({
        name: target,
        found: rated(
          own.filter(({ hateful }) => hateful),
          ({ flagged }) => flagged,
        ),
        falseAlarms: rated(
          own.filter(({ hateful }) => !hateful),
          ({ flagged }) => flagged,
        ),
      })),
    languages:
      languages.size === 1 && languages.has(ENGLISH)
        ? []
        : [...languages].map(([language, own]) => ({ name: language, ...sides(own) })),
  };
}

const isRight = ({ flagged, hateful }: ReadCase): boolean => flagged === hateful;

function sides(cases: readonly ReadCase[]): Pick<SuiteFigures, 'auroc' | 'hateful' | 'harmless'> {
  const [hateful, harmless] = [cases.filter((one) => one.hateful), cases.filter((one) => !one.hateful)];
  const isRanked = hateful.length > 0 && harmless.length > 0;
  const ranking = (): number =>
    areaUnderRoc(
      rank(
        cases.map((one) => (one.hateful ? 1 : 0)),
        cases.map(({ score }) => score),
      ),
    );
  return {
    auroc: isRanked ? ranking() : null,
    hateful: rated(hateful, isRight),
    harmless: rated(harmless, isRight),
  };
}

/** The word that counts most is spelled otherwise: how much of what was flagged still is. */
async function attackFigures(flagged: readonly ReadCase[], read: ReadTexts): Promise<Spelled[]> {
  const chosen: { readonly text: string; readonly word: ReturnType<typeof wordsOf>[number] }[] = [];
  for (const { text } of flagged) {
    const words = wordsOf(text);
    const left = await read(words.map((word) => without(text, word)));
    const word = words[descendingOrder(left.map((verdict) => -(verdict?.score ?? 1)))[0] ?? 0];
    if (word !== undefined) chosen.push({ text, word });
  }
  const figures: Spelled[] = [];
  for (const attack of Object.keys(ATTACKS) as Attack[])
    figures.push(
      await spelled(
        attack,
        chosen.map(({ text, word }) => attacked(text, word, attack)),
        read,
      ),
    );
  return figures;
}

/** What the normaliser does to cases that others misspelled, and what it costs where nothing was hidden. */
async function spellingFigures(words: readonly ReadCase[], read: ReadTexts): Promise<Spelled[]> {
  const figures: Spelled[] = [];
  for (const [name, own] of grouped(words, ({ functionality }) => functionality))
    if (MISSPELLED.test(name))
      figures.push(
        await spelled(
          name,
          own.map(({ text }) => text),
          read,
        ),
      );
  const harmless = words.filter(({ hateful }) => !hateful);
  const texts = harmless.map(({ text }) => text);
  return harmless.length === 0 ? figures : [...figures, await spelled(ALL_HARMLESS, texts, read)];
}

async function spelled(name: string, texts: readonly string[], read: ReadTexts): Promise<Spelled> {
  const plain = await read(texts);
  const other = await read(texts.map(normalised));
  const is = (which: (i: number) => boolean): Rated => rated([...texts.keys()], which);
  return {
    name,
    asSpelled: is((i) => plain[i]?.flagged === true),
    normalised: is((i) => other[i]?.flagged === true),
    both: is((i) => plain[i]?.flagged === true || other[i]?.flagged === true),
  };
}

function rated<T>(all: readonly T[], is: (one: T) => boolean): Rated {
  return { cases: all.length, share: all.length === 0 ? null : proportion(all.filter(is).length, all.length) };
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(all, keyOf);
}
