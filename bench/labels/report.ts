/** Curves and hints as figures, and as tables to read. */
import { plain, type Figure } from '../figure.ts';
import { mean } from '../timing.ts';
import { WORTH } from '../../desk/retrain/learning-curve.ts';
import { meanOf, STARTS, type Curves } from './curves.ts';
import type { Hinted } from './hints.ts';
import { ORDERS, type Order } from './simulate.ts';

/** Decisions that figures are of. */
export const SHOWN: readonly number[] = [20, 50, 100, 200, 500, 1000, 2000];
/** Of the macro-F1 that all labels give. */
const ENOUGH = 0.95;
/** What the queue shows where nobody asks for another order. */
const DEFAULT: Order = 'urgent';

export function figuresOf(curves: readonly Curves[], hinted: readonly Hinted[]): readonly Figure[] {
  return [...curves.flatMap(curveFigures), ...orderFigures(curves), ...hintFigures(hinted)];
}

function curveFigures(curves: Curves): readonly Figure[] {
  const { community, start, all, runs } = curves;
  const name = `labels.${community.name}.${start}`;
  const count = community.pool.length;
  const random = meanOf(runs.random);
  return [
    plain(`${name}.all`, all.macroF1, `macro-F1, all ${count} labels`),
    ...random
      .filter(({ decisions }) => decisions === 0)
      .map(({ macroF1 }) => plain(`${name}.0`, macroF1, 'macro-F1 before the first decision')),
    ...ORDERS.flatMap((order) =>
      meanOf(runs[order])
        .filter(({ decisions }) => SHOWN.includes(decisions))
        .map(({ decisions, macroF1 }) => {
          const peer = random.find((point) => point.decisions === decisions)?.macroF1 ?? NaN;
          const unit = `macro-F1, mean of ${runs[order].length} seeds`;
          return order === 'random'
            ? plain(`${name}.${order}.${decisions}`, macroF1, unit)
            : {
                ...plain(`${name}.${order}.${decisions}`, macroF1, unit),
                peer: 'random order',
                peer_value: peer,
                ratio: macroF1 / peer,
              };
        }),
    ),
    ...ORDERS.map((order) => {
      const { decisions, reached } = enoughOf(curves, order);
      return plain(
        `${name}.${order}.95%`,
        decisions / count,
        reached
          ? `of the labels (${decisions}) give 95% of .all`
          : `of the labels (${decisions}) do not give 95% of .all`,
      );
    }),
  ];
}

/** The first round from which on, as far as was measured, 95% of what all labels give is there. */
function enoughOf({ all, runs }: Curves, order: Order): { readonly decisions: number; readonly reached: boolean } {
  const points = meanOf(runs[order]);
  const below = points.findLastIndex(({ macroF1 }) => macroF1 < ENOUGH * all.macroF1);
  const first = points[below + 1];
  return { decisions: (first ?? points.at(-1))?.decisions ?? NaN, reached: first !== undefined };
}

/** How good an order is on the whole: the mean over the decisions that are shown. */
const areaOf = ({ runs }: Curves, order: Order, of: 'macroF1' | 'auroc'): number =>
  mean(meanOf(runs[order]).flatMap((point) => (SHOWN.includes(point.decisions) ? [point[of]] : [])));

function orderFigures(curves: readonly Curves[]): readonly Figure[] {
  return STARTS.flatMap((start) => {
    const own = curves.filter((one) => one.start === start);
    return (['macroF1', 'auroc'] as const).flatMap((figure) => {
      const of = (order: Order): number => mean(own.map((one) => areaOf(one, order, figure)));
      const [name, unit] = figure === 'auroc' ? ['.auroc', 'AUROC'] : ['', 'macro-F1'];
      return ORDERS.map((order) => ({
        ...plain(`labels.${start}.${order}${name}`, of(order), `${unit}, mean of all counts and communities`),
        ...(order !== DEFAULT && {
          peer: `the queue's default (${DEFAULT})`,
          peer_value: of(DEFAULT),
          ratio: of(order) / of(DEFAULT),
        }),
      }));
    });
  });
}

function hintFigures(hinted: readonly Hinted[]): readonly Figure[] {
  const said = hinted.flatMap(({ hints, measured }) =>
    hints.flatMap((hint) => (hint === null ? [] : [{ verdict: hint.verdict, measured }])),
  );
  const brought = (verdict: string): readonly number[] =>
    said.flatMap((one) => (one.verdict === verdict ? [one.measured] : []));
  const share = (values: readonly boolean[]): number => mean(values.map((value) => (value ? 1 : 0)));
  const flat = said.filter(({ measured }) => measured < WORTH);
  const single = hinted.map(({ community, start, order, decisions, hints, measured }) => ({
    ...plain(
      `labels.${community}.${start}.${order}.hint.${decisions}`,
      mean(hints.flatMap((hint) => hint?.gain.value ?? [])),
      `AUROC that 100 more would add; ${verdicts(hints)}`,
    ),
    peer: 'held-out part',
    peer_value: measured,
  }));
  const unit = 'AUROC that 100 more decisions brought after it was said, mean';
  return [
    plain('labels.hint.hardly_pay', mean(brought('hardly-pay')), unit),
    plain('labels.hint.unclear', mean(brought('unclear')), unit),
    plain('labels.hint.pay', mean(brought('pay')), unit),
    plain(
      'labels.hint.hardly_pay.right',
      share(brought('hardly-pay').map((gain) => gain < WORTH)),
      `of ${brought('hardly-pay').length} hints: 100 more brought less than ${WORTH}`,
    ),
    plain(
      'labels.hint.came',
      share(flat.map(({ verdict }) => verdict === 'hardly-pay')),
      `of ${flat.length} hints after which 100 more brought less than ${WORTH}: it said so`,
    ),
    ...single,
  ];
}

function verdicts(hints: Hinted['hints']): string {
  const count = (verdict: string | undefined): number => hints.filter((hint) => hint?.verdict === verdict).length;
  return `pay ${count('pay')}, unclear ${count('unclear')}, hardly pay ${count('hardly-pay')}, too few ${count(undefined)}`;
}

/** Everything but single figures, as Markdown. */
export function textOf(curves: readonly Curves[], hinted: readonly Hinted[]): string {
  return [...curves.flatMap(curveTable), ...orderTable(curves), ...hintTable(hinted)]
    .map((line) => `${line}\n`)
    .join('');
}

function curveTable(curves: Curves): readonly string[] {
  const { community, start, all, runs } = curves;
  const { name, pool, held } = community;
  const wrong = (part: typeof pool): number => part.filter(({ positive }) => positive).length;
  const shown = meanOf(runs.random).flatMap(({ decisions }) =>
    decisions === 0 || SHOWN.includes(decisions) ? [decisions] : [],
  );
  return [
    `${name}, ${start === 'fresh' ? 'fresh start' : 'from the adapter'}: ${pool.length} messages (${wrong(pool)} wrong), held out ${held.length} (${wrong(held)}); all labels give ${short(all.macroF1)}, AUROC ${short(all.auroc)}`,
    '',
    `| order | ${shown.join(' | ')} | 95% at |`,
    `|---|${shown.map(() => '---|').join('')}---|`,
    ...ORDERS.map((order) => {
      const points = meanOf(runs[order]);
      const cells = shown.map((n) => short(points.find(({ decisions }) => decisions === n)?.macroF1 ?? NaN));
      const { decisions, reached } = enoughOf(curves, order);
      return `| ${order} | ${cells.join(' | ')} | ${reached ? '' : '> '}${decisions} (${((100 * decisions) / pool.length).toFixed(1)}%) |`;
    }),
    '',
  ];
}

function orderTable(curves: readonly Curves[]): readonly string[] {
  return [
    'Mean over the counts, macro-F1 and AUROC:',
    '',
    `| community, start | ${ORDERS.join(' | ')} |`,
    `|---|${ORDERS.map(() => '---|').join('')}`,
    ...curves.map((one) => {
      const cells = ORDERS.map(
        (order) => `${short(areaOf(one, order, 'macroF1'))}, ${short(areaOf(one, order, 'auroc'))}`,
      );
      return `| ${one.community.name}, ${one.start} | ${cells.join(' | ')} |`;
    }),
    '',
  ];
}

function hintTable(hinted: readonly Hinted[]): readonly string[] {
  return [
    'AUROC by a hundred more decisions, as the hint has it and as it was on the held-out part:',
    '',
    '| community, start, order | decisions | hint | measured | verdicts |',
    '|---|---|---|---|---|',
    ...hinted.map(({ community, start, order, decisions, hints, measured }) => {
      const gains = hints.flatMap((hint) => hint?.gain ?? []);
      const of = (bound: 'value' | 'low' | 'high'): string => mean(gains.map((gain) => gain[bound])).toFixed(4);
      const gain = gains.length === 0 ? '–' : `${of('value')} (${of('low')} … ${of('high')})`;
      return `| ${community}, ${start}, ${order} | ${decisions} | ${gain} | ${measured.toFixed(4)} | ${verdicts(hints)} |`;
    }),
  ];
}

const short = (value: number): string => value.toFixed(3).replace(/^0/, '');
