/** A functional audit, as tables for a terminal. */
import type { FunctionalReport, Rated, Spelled, SuiteFigures } from '../../desk/contract/functional.ts';
import { count, counted, duration, share as shareOf } from './figures.ts';
import { safeLine } from './safe-text.ts';
import { table } from './table.ts';
import { cut, wrap } from './width.ts';

const right = (head: string) => ({ head, side: 'right' as const });
const left = (head: string) => ({ head });
const percent = (p: number): string => `${Math.round(100 * p)}%`;
const rated = ({ share }: Rated): string =>
  share === null ? '–' : `${percent(share.value)} (${percent(share.low)} … ${percent(share.high)})`;
const area = (auroc: number | null): string => (auroc === null ? '–' : shareOf(auroc));
const named = (name: string): string => cut(safeLine(name), 32);

export function functionalLines(report: FunctionalReport, columns: number): readonly string[] {
  const { model, figures, skipped, seconds } = report;
  const none = skipped.length === 0 ? '' : ` ${counted(skipped.length, 'other file')} of the folder left aside.`;
  return [
    ...wrap(
      `${safeLine(model.name)} on ${safeLine(model.base)}, in ${duration(seconds)}. In brackets: 95% intervals (Wilson).${none}`,
      columns,
    ),
    ...figures.suites.flatMap((suite) => suiteLines(suite, columns)),
    ...spelledLines('Spelled so that a program does not know it: still flagged', figures.attacks, columns),
    ...spelledLines('Misspelled as they come: flagged', figures.spellings, columns),
    ...part(
      'False alarms by term, of harmless cases that have it',
      figures.terms,
      columns,
      [left('term'), right('cases'), right('flagged')],
      (one) => [named(one.name), count(one.cases), rated(one)],
    ),
  ];
}

function suiteLines(suite: SuiteFigures, columns: number): readonly string[] {
  const { name, cases, notRead, leftOut, auroc, hateful, harmless } = suite;
  const aside = [
    ...(notRead > 0 ? [`${count(notRead)} not read`] : []),
    ...(leftOut > 0 ? [`${count(leftOut)} left out, because they decide which models are recommended here`] : []),
  ].join(', ');
  return [
    '',
    safeLine(name),
    ...wrap(
      `${counted(cases, 'case')}${aside === '' ? '' : ` (${aside})`}: AUROC ${area(auroc)}, right of the hateful ones ${rated(hateful)}, of the harmless ones ${rated(harmless)}.`,
      columns,
    ),
    ...table(
      [left('functionality'), right('cases'), right('right')],
      suite.functionalities.map((one) => [named(one.name), count(one.cases), rated(one)]),
      columns,
    ),
    ...part(
      'By the group that is named',
      suite.targets,
      columns,
      [left('target'), right('hateful'), right('found'), right('harmless'), right('false alarms')],
      ({ name: group, found, falseAlarms }) => [
        named(group),
        count(found.cases),
        rated(found),
        count(falseAlarms.cases),
        rated(falseAlarms),
      ],
    ),
    ...part(
      'By language',
      suite.languages,
      columns,
      [left('language'), right('AUROC'), right('hateful, right'), right('harmless, right')],
      (one) => [named(one.name), area(one.auroc), rated(one.hateful), rated(one.harmless)],
    ),
  ];
}

function spelledLines(title: string, all: readonly Spelled[], columns: number): readonly string[] {
  return part(
    title,
    all,
    columns,
    [left(''), right('cases'), right('as spelled'), right('normalised'), right('both read')],
    ({ name, asSpelled, normalised, both }) => [
      named(name),
      count(asSpelled.cases),
      rated(asSpelled),
      rated(normalised),
      rated(both),
    ],
  );
}

function part<T>(
  title: string,
  all: readonly T[],
  columns: number,
  heads: Parameters<typeof table>[0],
  row: (one: T) => string[],
): readonly string[] {
  return all.length === 0 ? [] : ['', title, ...table(heads, all.map(row), columns)];
}
