/**
 * What kinds of abuse an adapter sees, and what it takes for abuse: the desk's own functional audit (desk/insight/functional), beside
 * the character n-grams of the same training. Of HateCheck only the part that is kept for reports is looked at.
 */
import path from 'node:path';
import type { Rated, SuiteFigures } from '../desk/contract/functional.ts';
import { readSuites, type Suite } from '../desk/insight/functional/cases.ts';
import {
  ALL_HARMLESS,
  functionalFigures,
  readSuite,
  suiteFigures,
  type CaseReading,
  type ReadSuite,
  type ReadTexts,
} from '../desk/insight/functional/figures.ts';
import { places } from '../desk/models/places.ts';
import { regressionRows } from '../desk/retrain/public-rows.ts';
import { normalised } from '../desk/triage/normaliser.ts';
import type { Verdict } from '../desk/triage/verdict.ts';
import { buildCorpus } from '../native-models/recipe/corpus.ts';
import { readDataset } from '../native-models/recipe/datasets.ts';
import { readExcluded } from '../native-models/recipe/excluded.ts';
import { areaUnderRoc, rank } from '../desk/insight/metrics.ts';
import { seededRandom, shuffle } from '../engine/train/random.ts';
import { faster, smaller, UsageError, wantedOf, type Bench, type Figure } from './figure.ts';
import { Reader } from './reader.ts';

const SETS = ['hatecheck', 'hatemoji_check', 'multilingual_hatecheck'] as const;
/** Sets of which the adapter's own dev part is read in both spellings. */
const DEV_SETS = ['hatexplain', 'civil_comments_crowd'] as const;
/** Texts of each attack. */
const ATTACKED = 300;
const NGRAMS = 'character n-grams';
const AS_SPELLED = 'as it is spelled';

const PARTS = ['suites', 'spelling'] as const;

const bench: Bench = async ({ data, adapter, scale, tables, say }) => {
  if (data === null) throw new UsageError('This bench needs the test suites: --data DIR.');
  const wanted = wantedOf(tables, PARTS, 'part');
  await using reader = await Reader.open(adapter);
  const read: ReadTexts = async (texts) => (await reader.read(texts)).map((one) => one && readingOf(reader, one));
  const byNgrams: ReadTexts = (texts) =>
    Promise.resolve(reader.readByNgrams(texts)?.map((one) => readingOf(reader, one)) ?? texts.map(() => null));
  const figures: Figure[] = [];
  if (wanted.includes('suites')) {
    const tried = new Set(regressionRows(places()).map(({ text }) => text));
    const suites: ReadSuite[] = [];
    for (const set of SETS) {
      const suite = part(readSuites(path.join(data, `${set}.csv.gz`)).suites[0], set, scale);
      suites.push(await readSuite(suite, read, tried));
      const peers = suiteFigures(await readSuite(suite, byNgrams, tried));
      const own = suiteFigures(suites.at(-1) as ReadSuite);
      say(`${set}: ${own.cases} cases, ${own.leftOut} left out`);
      figures.push(...ofSuite(own, peers));
    }
    figures.push(...ofSpellings(await functionalFigures(suites, read, Math.ceil(ATTACKED * scale))));
  }
  if (wanted.includes('spelling')) figures.push(...(await ofDevParts(data, read, scale)));
  return figures;
};
export default bench;

const readingOf = (reader: Reader, verdict: Verdict): CaseReading => ({
  score: verdict.score,
  flagged: reader.flags(verdict),
});

function part(suite: Suite | undefined, name: string, scale: number): Suite {
  if (suite === undefined) throw new UsageError(`There is no ${name} in the folder with the data sets.`);
  if (scale >= 1) return suite;
  const cases = shuffle([...suite.cases], seededRandom(2)).slice(0, Math.ceil(suite.cases.length * scale));
  return { ...suite, cases };
}

const value = ({ share }: Rated): number => share?.value ?? NaN;

function ofSuite(own: SuiteFigures, peers: SuiteFigures): readonly Figure[] {
  const peer = (of: number | null | undefined) =>
    peers.cases === 0 || of === null || of === undefined ? undefined : { name: NGRAMS, value: of };
  const right = (name: string, one: Rated, other: Rated | undefined): Figure =>
    faster(`audit.${own.name}.${name}`, value(one), `share right, ${one.cases} cases`, peer(other && value(other)));
  const ranked = (name: string, auroc: number | null, other: number | null | undefined): Figure =>
    faster(`audit.${own.name}${name}.auroc`, auroc ?? NaN, 'AUROC', peer(other));
  const named = <T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined =>
    list.find((one) => one.name === name);
  return [
    ranked('', own.auroc, peers.auroc),
    right('hateful', own.hateful, peers.hateful),
    right('harmless', own.harmless, peers.harmless),
    ...(own.languages.length > 0
      ? own.languages.map(({ name, auroc }) => ranked(`.${name}`, auroc, named(peers.languages, name)?.auroc))
      : own.functionalities.map((one) => right(one.name, one, named(peers.functionalities, one.name)))),
    ...(own.name === 'hatecheck' ? own.targets : []).flatMap(({ name, found, falseAlarms }) => {
      const [group, other] = [name.toLowerCase().replaceAll(' ', '_'), named(peers.targets, name)];
      return [
        faster(
          `audit.target.${group}.found`,
          value(found),
          `share of ${found.cases} hateful cases`,
          peer(other && value(other.found)),
        ),
        smaller(
          `audit.target.${group}.false_alarms`,
          value(falseAlarms),
          `share of ${falseAlarms.cases} harmless cases`,
          peer(other && value(other.falseAlarms)),
        ),
      ];
    }),
  ];
}

function ofSpellings({ attacks, spellings, terms }: Awaited<ReturnType<typeof functionalFigures>>): readonly Figure[] {
  const asSpelled = (one: Rated) => ({ name: AS_SPELLED, value: value(one) });
  return [
    ...attacks.flatMap((one) => [
      faster(
        `audit.attack.${one.name}`,
        value(one.normalised),
        `share still flagged with the normaliser, ${one.normalised.cases} cases`,
        asSpelled(one.asSpelled),
      ),
      faster(
        `audit.attack.${one.name}.both`,
        value(one.both),
        'share still flagged where both forms are read',
        asSpelled(one.asSpelled),
      ),
    ]),
    ...spellings.flatMap((one) => {
      const [name, made] = one.name === ALL_HARMLESS ? ['false_alarms', smaller] : [one.name, faster];
      const of = `share flagged, ${one.asSpelled.cases} cases`;
      return [
        made(`audit.normaliser.${name}`, value(one.normalised), of, asSpelled(one.asSpelled)),
        made(`audit.normaliser.${name}.both`, value(one.both), of, asSpelled(one.asSpelled)),
      ];
    }),
    ...terms.map((one) =>
      smaller(`audit.term.${one.name}`, value(one), `share of ${one.cases} harmless cases flagged`),
    ),
  ];
}

/** Texts as people wrote them, of which hardly any hides a word: what reading both forms helps there, and costs. */
async function ofDevParts(data: string, read: ReadTexts, scale: number): Promise<readonly Figure[]> {
  const excluded = readExcluded(path.join(import.meta.dirname, '../native-models/recipe/excluded-ids.txt'));
  const { rows } = buildCorpus((set) => readDataset(data, set), excluded);
  const figures: Figure[] = [];
  for (const set of DEV_SETS) {
    const all = rows.filter((row) => row.split === 'dev' && row.set === set);
    const own = all.slice(0, Math.ceil(all.length * scale));
    const plain = await read(own.map(({ text }) => text));
    const other = await read(own.map(({ text }) => normalised(text)));
    const higher = plain.map((one, i) => {
      const second = other[i] ?? null;
      return second !== null && second.score > (one?.score ?? -1) ? second : one;
    });
    const of = (verdicts: readonly (CaseReading | null)[], label: 0 | 1): number => {
      const some = verdicts.filter((_, i) => own[i]?.label === label);
      return some.filter((one) => one?.flagged === true).length / some.length;
    };
    const area = (verdicts: readonly (CaseReading | null)[]): number =>
      areaUnderRoc(
        rank(
          own.map(({ label }) => label),
          verdicts.map((one) => one?.score ?? 0),
        ),
      );
    const once = (of: number) => ({ name: AS_SPELLED, value: of });
    const differing = own.filter(({ text }) => normalised(text) !== text).length;
    const name = `audit.both.${set}`;
    figures.push(
      faster(`${name}.auroc`, area(higher), `AUROC, ${own.length} texts, ${differing} read twice`, once(area(plain))),
      faster(`${name}.found`, of(higher, 1), 'share of what is abusive that is flagged', once(of(plain, 1))),
      smaller(`${name}.false_alarms`, of(higher, 0), 'share of what is fine that is flagged', once(of(plain, 0))),
    );
  }
  return figures;
}
