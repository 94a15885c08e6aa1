/** The figures of one ranking, beside chance and its peers. */
import { faster, smaller, type Figure } from '../figure.ts';
import { mean } from '../timing.ts';
import type { Measured } from './one-text.ts';
import { PEERS, RANDOM } from './rankings.ts';

/** @param prefix of the figures' names */
export function figuresOf(
  prefix: string,
  ranking: string,
  measured: readonly Measured[],
  say: (line: string) => void,
): readonly Figure[] {
  const told = measured.filter(({ precision }) => precision !== null);
  const beside = (
    name: string,
    unit: string,
    better: typeof faster,
    texts: readonly Measured[],
    of: (text: Measured) => ReadonlyMap<string, number> | null,
    chance: (text: Measured) => number,
  ): readonly Figure[] => {
    const ours = texts.map((text) => of(text)?.get(ranking) ?? NaN);
    const peers = [
      { name: RANDOM, theirs: texts.map(chance) },
      ...PEERS.filter((name) => texts.some((text) => of(text)?.has(name))).map((name) => ({
        name,
        theirs: texts.map((text) => of(text)?.get(name) ?? NaN),
      })),
    ];
    return peers.map(({ name: peer, theirs }) => {
      say(`  ${name}, ${ranking} less ${peer}: ${difference(ours, theirs)}`);
      return better(`explain.${prefix}${name}.${ranking}`, mean(ours), unit, { name: peer, value: mean(theirs) });
    });
  };
  const isSooner = (text: Measured): boolean => (text.area.get(ranking) ?? NaN) < text.randomArea;
  const sooner = (texts: readonly Measured[]): number => texts.filter(isSooner).length / texts.length;
  const flagged = measured.filter((text) => text.flagged);
  const agreeing = measured.flatMap(({ agreement }) => {
    const found = agreement.get(ranking) ?? NaN;
    return Number.isNaN(found) ? [] : [found];
  });
  const area = (text: Measured) => text.area;
  const insertion = (text: Measured) => text.insertion;
  const marks = `marked words, ${told.length} texts`;
  return [
    ...beside('deletion', 'mean score while words go', smaller, measured, area, (text) => text.randomArea),
    faster(
      `explain.${prefix}deletion.${ranking}.sooner`,
      sooner(measured),
      'share of texts that fall sooner than at random',
    ),
    ...(flagged.length === 0
      ? []
      : [
          faster(
            `explain.${prefix}deletion.${ranking}.sooner.flagged`,
            sooner(flagged),
            `the same of the ${flagged.length} that the model flags`,
          ),
        ]),
    ...beside(
      'insertion',
      'mean score while words come back',
      faster,
      measured,
      insertion,
      (text) => text.randomInsertion,
    ),
    ...(told.length === 0
      ? []
      : [
          ...beside(
            'rationale',
            `average precision of ${marks}`,
            faster,
            told,
            (t) => t.precision,
            (t) => t.randomPrecision,
          ),
          ...beside(
            'rationale_f1',
            `F1 of ${marks}`,
            faster,
            told,
            (t) => t.f1,
            (t) => t.randomF1,
          ),
        ]),
    ...(ranking === 'effects' || agreeing.length === 0
      ? []
      : [faster(`explain.${prefix}agreement.${ranking}`, mean(agreeing), 'rank correlation with the effects')]),
  ];
}

/** Mean difference, text by text, with its 95% interval. */
function difference(ours: readonly number[], theirs: readonly number[]): string {
  const each = ours.map((x, i) => x - (theirs[i] ?? NaN));
  const middle = mean(each);
  const variance = each.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(each.length - 1, 1);
  return `${middle.toFixed(3)} ± ${(1.96 * Math.sqrt(variance / each.length)).toFixed(3)}`;
}
