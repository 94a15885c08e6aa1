/**
 * What kinds of abuse an adapter sees, and what it takes for abuse: functional test suites, case by case, beside the
 * character n-grams of the same training; false alarms by the group that a harmless text is about; and words spelled so that
 * a program does not know them, with and without undoing that.
 */
import { areaUnderRoc, rank } from '../desk/insight/metrics.ts';
import type { Verdict } from '../desk/triage/verdict.ts';
import { descendingOrder } from '../engine/explain/deletion.ts';
import { without, wordsOf, type Word } from '../engine/explain/words.ts';
import { seededRandom, shuffle } from '../engine/train/random.ts';
import { attacked, ATTACKS, type Attack } from './audit/attacks.ts';
import { CASE_SETS, readCases, type Case } from './audit/cases.ts';
import { normalised } from './audit/normaliser.ts';
import { faster, smaller, UsageError, type Bench, type Figure } from './figure.ts';
import { Reader } from './reader.ts';

/** Texts of each attack. */
const ATTACKED = 300;
const NGRAMS = 'character n-grams';
const AS_SPELLED = 'as it is spelled';

interface Read extends Case {
  readonly verdict: Verdict;
  readonly flagged: boolean;
  /** what the n-grams say; null where the adapter carries none */
  readonly byNgrams: Verdict | null;
}

const bench: Bench = async ({ data, adapter, scale, say }) => {
  if (data === null) throw new UsageError('This bench needs the test suites: --data DIR.');
  await using reader = await Reader.open(adapter);
  const figures: Figure[] = [];
  for (const set of CASE_SETS) {
    const cases = await read(reader, part(readCases(data, set), scale));
    say(`${set}: ${cases.length} cases`);
    figures.push(...ofSuite(reader, set, cases));
    if (set !== 'hatecheck') continue;
    figures.push(...ofTargets(cases));
    const flagged = shuffle([...cases.filter((one) => one.hateful && one.flagged)], seededRandom(3));
    figures.push(...(await ofAttacks(reader, flagged.slice(0, Math.ceil(ATTACKED * scale)), say)));
    figures.push(...(await ofNormalising(reader, cases)));
  }
  return figures;
};
export default bench;

function part(cases: readonly Case[], scale: number): readonly Case[] {
  if (scale >= 1) return cases;
  return shuffle([...cases], seededRandom(2)).slice(0, Math.ceil(cases.length * scale));
}

async function read(reader: Reader, cases: readonly Case[]): Promise<readonly Read[]> {
  const texts = cases.map(({ text }) => text);
  const verdicts = await reader.read(texts);
  const others = reader.readByNgrams(texts);
  return cases.flatMap((one, i) => {
    const verdict = verdicts[i] ?? null;
    return verdict === null ? [] : [{ ...one, verdict, flagged: reader.flags(verdict), byNgrams: others?.[i] ?? null }];
  });
}

function ofSuite(reader: Reader, set: string, cases: readonly Read[]): readonly Figure[] {
  const isRight = (one: Read): boolean => one.flagged === one.hateful;
  const isRightByNgrams = (one: Read): boolean => one.byNgrams !== null && reader.flags(one.byNgrams) === one.hateful;
  const multilingual = set === 'multilingual_hatecheck';
  const groups = grouped(cases, multilingual ? ({ language }) => language : ({ functionality }) => functionality);
  const of = (name: string, own: readonly Read[]): Figure =>
    faster(
      `audit.${set}.${name}`,
      shareOf(own, isRight),
      `share right, ${own.length} cases`,
      peer(own, shareOf(own, isRightByNgrams)),
    );
  const area = (own: readonly Read[], scoreOf: (one: Read) => number): number =>
    areaUnderRoc(
      rank(
        own.map(({ hateful }) => (hateful ? 1 : 0)),
        own.map(scoreOf),
      ),
    );
  const ranked = (name: string, own: readonly Read[]): Figure =>
    faster(
      `audit.${set}${name}.auroc`,
      area(own, ({ verdict }) => verdict.score),
      `AUROC, ${own.length} cases`,
      peer(
        own,
        area(own, ({ byNgrams }) => byNgrams?.score ?? 0),
      ),
    );
  return [
    ranked('', cases),
    of(
      'hateful',
      cases.filter(({ hateful }) => hateful),
    ),
    of(
      'harmless',
      cases.filter(({ hateful }) => !hateful),
    ),
    ...[...groups].flatMap(([name, own]) => (multilingual ? [ranked(`.${name}`, own)] : [of(name, own)])),
  ];
}

/** By the group that is named: hate that is found, and harmless cases that are taken for hate. */
function ofTargets(cases: readonly Read[]): readonly Figure[] {
  const named = cases.filter(({ target }) => target !== '');
  const byNgrams = ({ byNgrams: verdict }: Read): boolean => verdict !== null && verdict.score >= 0.5;
  return [...grouped(named, ({ target }) => target)].flatMap(([target, own]) => {
    const hate = own.filter(({ hateful }) => hateful);
    const harmless = own.filter(({ hateful }) => !hateful);
    const name = target.toLowerCase().replaceAll(' ', '_');
    return [
      faster(
        `audit.target.${name}.found`,
        shareOf(hate, ({ flagged }) => flagged),
        `share of ${hate.length} hateful cases`,
        peer(hate, shareOf(hate, byNgrams)),
      ),
      smaller(
        `audit.target.${name}.false_alarms`,
        shareOf(harmless, ({ flagged }) => flagged),
        `share of ${harmless.length} harmless cases`,
        peer(harmless, shareOf(harmless, byNgrams)),
      ),
    ];
  });
}

/** The word that counts most is spelled otherwise: how much of what was flagged still is, and with the spelling undone. */
async function ofAttacks(
  reader: Reader,
  flagged: readonly Read[],
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const words: (Word | undefined)[] = [];
  for (const { text } of flagged) {
    const all = wordsOf(text);
    const left = await reader.read(all.map((one) => without(text, one)));
    const [first] = descendingOrder(left.map((verdict) => -(verdict?.score ?? 1)));
    words.push(all[first ?? 0]);
  }
  say(`  attacks on ${flagged.length} cases that were flagged`);
  const figures: Figure[] = [];
  for (const attack of Object.keys(ATTACKS) as Attack[]) {
    const texts = flagged.flatMap(({ text }, i) => {
      const chosen = words[i];
      return chosen === undefined ? [] : [attacked(text, chosen, attack)];
    });
    const still = (verdicts: readonly (Verdict | null)[]): number =>
      shareOf(verdicts, (verdict) => verdict !== null && reader.flags(verdict));
    figures.push(
      faster(
        `audit.attack.${attack}`,
        still(await reader.read(texts.map(normalised))),
        `share still flagged with the normaliser, ${texts.length} cases`,
        { name: AS_SPELLED, value: still(await reader.read(texts)) },
      ),
    );
  }
  return figures;
}

/**
 * What the normaliser costs where nothing was hidden, and what it helps where others did the hiding: it knows the attacks
 * above, and not those of the suite.
 */
async function ofNormalising(reader: Reader, cases: readonly Read[]): Promise<readonly Figure[]> {
  const flaggedThen = async (some: readonly Read[]): Promise<number> => {
    const verdicts = await reader.read(some.map(({ text }) => normalised(text)));
    return shareOf(verdicts, (verdict) => verdict !== null && reader.flags(verdict));
  };
  const peerOf = (some: readonly Read[]) => ({ name: AS_SPELLED, value: shareOf(some, ({ flagged }) => flagged) });
  const harmless = cases.filter(({ hateful }) => !hateful);
  const figures = [
    smaller(
      'audit.normaliser.false_alarms',
      await flaggedThen(harmless),
      `share of ${harmless.length} harmless cases`,
      peerOf(harmless),
    ),
  ];
  for (const [name, own] of grouped(cases, ({ functionality }) => functionality))
    if (name.startsWith('spell_'))
      figures.push(
        faster(`audit.normaliser.${name}`, await flaggedThen(own), `share flagged, ${own.length} cases`, peerOf(own)),
      );
  return figures;
}

function grouped(cases: readonly Read[], keyOf: (one: Read) => string): ReadonlyMap<string, readonly Read[]> {
  const groups = new Map<string, Read[]>();
  for (const one of cases) {
    const own = groups.get(keyOf(one));
    if (own === undefined) groups.set(keyOf(one), [one]);
    else own.push(one);
  }
  return groups;
}

const peer = (cases: readonly Read[], value: number) =>
  cases.some(({ byNgrams }) => byNgrams !== null) ? { name: NGRAMS, value } : undefined;

const shareOf = <T>(all: readonly T[], is: (one: T) => boolean): number =>
  all.length === 0 ? NaN : all.filter(is).length / all.length;
