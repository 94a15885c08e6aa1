/** Tables as Markdown. Texts are printed on demand only: they are abusive. */
import { BANDS } from '../../engine/adapter/gate-rates.ts';
import { QUIET } from '../timing.ts';
import { casesOf } from './cases.ts';
import { TITLES, type Cut } from './cut.ts';
import type { Result } from './ledger.ts';
import { momentsOf, scoresOf, spreadOf, type Spread } from './scores.ts';
import type { Row, Table } from './spec.ts';

/** What a row gave: one result a seed, or why there is none. */
export interface Measured {
  readonly row: Row;
  readonly cut: Cut;
  readonly results: readonly Result[];
  readonly failure: string | null;
}

/** A table with its title, its data and its notes. */
export function markdown(table: Table, measured: readonly Measured[], options: { readonly unmask: boolean }): string {
  const shown = measured.filter(({ results, failure }) => results.length > 0 || failure !== null);
  const body = (): string => {
    switch (table.shape) {
      case 'rows':
        return [grid(rowsOf(shown, table.columns ?? [])), ...comparisons(shown)].join('\n\n');
      case 'sets':
        return grid(setsOf(shown));
      case 'gates':
        return grid(gatesOf(shown));
      case 'cases':
        return casesText(shown, table.count, options.unmask);
    }
  };
  const settings = [...new Set(shown.flatMap(({ results }) => results.map((result) => result.settings)))];
  return [
    `## ${table.title}`,
    table.shape === 'sets' ? '' : (shown[0]?.cut.description ?? 'Nothing was measured.'),
    body(),
    ...(table.notes ?? []),
    table.shape === 'rows' && shown.some(isDisturbed)
      ? '~ other programs had more than 5% of the processor with every seed: no speed to publish.'
      : '',
    settings.length > 0 ? `Programs: ${settings.join('; ')}.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const USUAL = ['method', 'macro-F1', 'range', 'train tok/s', 'score items/s', 'trained', 'zeros in A, B'];

function rowsOf(shown: readonly Measured[], columns: readonly ('auprc' | 'cost')[]): string[][] {
  const auprc = columns.includes('auprc');
  const cost = columns.includes('cost');
  const rows = shown.map((measured): string[] => {
    const { row, cut, results, failure } = measured;
    if (failure !== null) return [row.name, `failed: ${failure}`];
    const scores = results.map((result) => scoresOf(result, cut)[0]);
    const of = (field: (result: Result) => number | null): Spread | null => spreadOf(results.map(field));
    const figure = spreadOf(scores.map((score) => score?.macroF1 ?? null));
    const quiet = isDisturbed(measured) ? results : results.filter(isQuiet);
    const speed = (field: (result: Result) => number | null): string => {
      const spread = spreadOf(quiet.map(field));
      return spread === null ? '–' : `${isDisturbed(measured) ? '~' : ''}${whole(spread.mean)}`;
    };
    const sparsity = of((result) => result.sparsity);
    return [
      nameOf(measured),
      share(figure?.mean),
      range(figure),
      ...(auprc ? [share(spreadOf(scores.map((score) => score?.auprc ?? null))?.mean)] : []),
      speed((result) => result.tokensPerSecond),
      speed((result) => result.itemsPerSecond),
      size(results[0]?.parameters ?? null),
      sparsity === null || sparsity.mean === 0 ? '–' : `${(sparsity.mean * 100).toFixed(1)}%`,
      ...(cost
        ? [
            speed((result) => result.trainSeconds),
            whole(of((result) => result.peakMegabytes)?.most),
            decimal(of((result) => result.latency)?.mean, 1),
          ]
        : []),
    ];
  });
  const extra = cost ? ['train s', 'peak MB', 'ms for one text'] : [];
  return [[...USUAL.slice(0, 3), ...(auprc ? ['AUPRC'] : []), ...USUAL.slice(3), ...extra], ...rows];
}

/** A subset is said where it is. */
function nameOf({ row, cut, results }: Measured): string {
  const read = (results[0]?.probabilities.length ?? 0) / cut.labels.length;
  return read < cut.test.length ? `${row.name} (first ${whole(read)} test rows)` : row.name;
}

/** Rows that are held against another. */
function comparisons(shown: readonly Measured[]): string[] {
  const meanOf = ({ cut, results }: Measured): number | undefined =>
    spreadOf(results.map((result) => scoresOf(result, cut)[0]?.macroF1 ?? null))?.mean;
  const lines = shown.flatMap((measured) => {
    const { against, name } = measured.row;
    const other = shown.find(({ row }) => row.name === against?.row);
    const [own, theirs] = [meanOf(measured), other && meanOf(other)];
    if (against === undefined || own === undefined || theirs === undefined) return [];
    const met = own >= theirs - against.by ? 'met' : '**missed**';
    return [`- ${name}: ${share(own)} beside ${share(theirs)} (${against.row}); bar −${share(against.by)}: ${met}`];
  });
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function setsOf(shown: readonly Measured[]): string[][] {
  const sets = [...new Set(shown.flatMap(({ cut }) => cut.slices.map(({ set }) => set)))];
  const rows = shown.map(({ row, cut, results, failure }) => {
    if (failure !== null) return [row.name, `failed: ${failure}`];
    const cells = sets.map((set) => {
      const at = cut.slices.findIndex((slice) => slice.set === set);
      const spread = spreadOf(results.map((result) => (at < 0 ? null : (scoresOf(result, cut)[at]?.macroF1 ?? null))));
      if (spread === null) return '–';
      return spread.count > 1 ? `${share(spread.mean)} (${range(spread)})` : share(spread.mean);
    });
    const sizes = cut.slices.find(({ set }) => set === sets[0]) ? whole(cut.train.length) : '–';
    return [row.name, sizes, ...cells];
  });
  const tested = (set: (typeof sets)[number]): number => {
    const slice = shown.flatMap(({ cut }) => cut.slices).find((one) => one.set === set);
    return slice ? slice.to - slice.from : 0;
  };
  return [['trained on', 'rows', ...sets.map((set) => `${TITLES[set]} (${whole(tested(set))})`)], ...rows];
}

function gatesOf(shown: readonly Measured[]): string[][] {
  const rows = shown.flatMap(({ row, cut, results, failure }) => {
    if (failure !== null) return [[row.name, `failed: ${failure}`]];
    return cut.labels.map((label, k) => [
      row.name,
      label,
      ...BANDS.map((band) => {
        const moments = results.flatMap(({ gates }) => {
          const own = cut.test.flatMap((text, i) => (text.label === k ? [gates?.[band]?.[i] ?? NaN] : []));
          return gates?.[band] ? [momentsOf(own)] : [];
        });
        const mean = spreadOf(moments.map((each) => each.mean));
        const deviation = spreadOf(moments.map((each) => each.deviation));
        return mean && deviation ? `${share(mean.mean)} ± ${share(deviation.mean)}` : '–';
      }),
    ]);
  });
  return [['method', 'class', ...BANDS.map((band) => `${band} third`)], ...rows];
}

/** The rows of a table of cases are two: who fails, and who does not. */
function casesText([failing, right]: readonly Measured[], count: number, unmask: boolean): string {
  if (!failing || !right || failing.failure !== null || right.failure !== null) return 'One of the two methods failed.';
  const { cut } = right;
  const { won, lost, clearest } = casesOf(cut, failing.results, right.results, count);
  const [a, b] = [failing.row.name, right.row.name];
  const rows = clearest.map(({ row, first, second, gates }) => [
    `\`${row.id}\``,
    cut.labels[row.label] ?? '',
    share(first),
    share(second),
    ...BANDS.map((band) => share(gates[band])),
    ...(unmask ? [row.text.replaceAll('|', '\\|')] : []),
  ]);
  const header = ['row', 'label', `P(label), ${a}`, `P(label), ${b}`, ...BANDS.map((band) => `gate, ${band} third`)];
  return (
    `Of ${whole(cut.test.length)} test texts ${a} gets ${decimal(won, 1)} wrong that ${b} gets right, ` +
    `and ${b} gets ${decimal(lost, 1)} wrong that ${a} gets right (means over seeds). The clearest of the first kind:\n\n` +
    grid([[...header, ...(unmask ? ['text'] : [])], ...rows])
  );
}

function grid([header = [], ...rows]: readonly (readonly string[])[]): string {
  const cells = [header, header.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  return cells.map((row) => `| ${header.map((_, column) => row[column] ?? '').join(' | ')} |`).join('\n');
}

const isQuiet = ({ others }: Result): boolean => others === null || others <= QUIET;

/** Speeds are those of the seeds that had the processor to themselves; here no seed had. */
const isDisturbed = ({ results }: Measured): boolean => results.length > 0 && !results.some(isQuiet);

/** A share without its zero: .742 */
const share = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(3).replace(/^(-?)0\./, '$1.');
const range = (spread: Spread | null): string =>
  spread === null || spread.count < 2 ? '–' : `${share(spread.least)} to ${share(spread.most)}`;
const whole = (value: number | undefined): string =>
  value === undefined ? '–' : Math.round(value).toLocaleString('en-US');
const decimal = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? '–';
const size = (count: number | null): string =>
  count === null ? '–' : count < 1e6 ? whole(count) : `${(count / 1e6).toFixed(1)}M`;
