/** The test of the explanations, as sentences and tables for a terminal. */
import type { ExplanationsReport, Way } from '../../desk/contract/explanations.ts';
import type { Rated } from '../../desk/contract/functional.ts';
import { count, duration, share as shareOf } from './figures.ts';
import { safeLine } from './safe-text.ts';
import { table } from './table.ts';
import { wrap } from './width.ts';

const right = (head: string) => ({ head, side: 'right' as const });
const left = (head: string) => ({ head });
const percent = (p: number): string => `${Math.round(100 * p)}%`;
const rated = ({ share }: Rated): string =>
  share === null ? '–' : `${percent(share.value)} (${percent(share.low)} … ${percent(share.high)})`;
/** Never −0.00. */
const decimal = (value: number): string => (Math.round(value * 100) / 100 + 0).toFixed(2);

export function explanationLines({ model, figures, seconds }: ExplanationsReport, columns: number): readonly string[] {
  const { messages, deletion, insertion, planted, gates, sentences } = figures;
  return [
    ...sentences.flatMap((sentence) => wrap(sentence, columns)),
    '',
    ...wrap(
      `${safeLine(model.name)} on ${safeLine(model.base)}, ${count(messages)} flagged messages, in ${duration(seconds)}. In brackets: 95% intervals.`,
      columns,
    ),
    ...wayLines('Mean score while words go (lower is better)', 'falls sooner', deletion, columns),
    ...wayLines('Mean score while words come back (higher is better)', 'rises sooner', insertion, columns),
    '',
    'Planted words: first in the explanation',
    ...(planted === null
      ? ['Too few messages are flagged for one added word.']
      : table(
          [right('messages'), right('named first'), right('by chance')],
          [[count(planted.first.cases), rated(planted.first), percent(planted.chance)]],
          columns,
        )),
    ...(gates.length === 0
      ? []
      : [
          '',
          'Gates and word effects: 1 is the same order of words, 0 is none',
          ...table(
            [left('layers'), left('gate'), right('messages'), right('rank correlation')],
            gates.map(({ band, aboveUsual, messages: all, correlation: { value, low, high } }) => [
              safeLine(band),
              aboveUsual ? 'above usual' : 'open',
              count(all),
              `${decimal(value)} (${decimal(low)} … ${decimal(high)})`,
            ]),
            columns,
          ),
        ]),
  ];
}

function wayLines(title: string, sooner: string, way: Way, columns: number): readonly string[] {
  const row = (name: string, area: number, than: string): string[] => [name, shareOf(area), than];
  return [
    '',
    title,
    ...table(
      [left('words in the order of'), right('mean score'), right(`by effects it ${sooner}`)],
      [
        row('effects', way.areas.effects, ''),
        row('chance', way.areas.random, rated(way.sooner.random)),
        row('length, longest first', way.areas.longest, rated(way.sooner.longest)),
      ],
      columns,
    ),
  ];
}
