/** docs/results.md: a table a bench, every figure beside its peer's and its bar. */
import { heldAgainst } from '../bars.ts';
import type { Measured } from '../measured.ts';

export interface Result {
  readonly name: string;
  /** null where it was not run */
  readonly measured: Measured | null;
}

export function resultsPage(results: readonly Result[]): string {
  const bars = results.flatMap(
    ({ measured }) => measured?.figures.flatMap((figure) => heldAgainst(figure) ?? []) ?? [],
  );
  const missing = results.filter(({ measured }) => measured === null);
  return [
    '# Results',
    '',
    'Made by `npm run results` from what the benches printed (`docs/results/NAME.json`); do not edit. What a figure means stands in',
    '[bench/README.md](../bench/README.md). A ratio above 1 is in our favour.',
    '',
    `${bars.length} figures have a bar; ${bars.filter(({ holds }) => !holds).length} of them miss it.` +
      (missing.length === 0 ? '' : ` Not run: ${missing.map(({ name }) => name).join(', ')}.`),
    ...results.flatMap(part),
    '',
  ].join('\n');
}

function part({ name, measured }: Result): readonly string[] {
  if (measured === null) return ['', `## ${name}`, '', 'Not run.'];
  const { figures, made } = measured;
  const how = made
    ? [`\`${made.command}\`, ${made.at.slice(0, 10)}, ${duration(made.seconds)}`, made.machine].join('; ')
    : 'When and on what machine it was run is not known.';
  return [
    '',
    `## ${name}`,
    '',
    how,
    '',
    '| figure | value | unit | peer | its value | ratio | bar | |',
    '|---|---:|---|---|---:|---:|---|---|',
    ...figures.map((figure) => {
      const held = heldAgainst(figure);
      return row([
        `\`${figure.name}\``,
        number(figure.value),
        figure.unit,
        figure.peer ?? '',
        figure.peer === null ? '' : number(figure.peer_value),
        figure.ratio === null ? '' : `${number(figure.ratio)}×`,
        held?.bar ?? '',
        held === null ? '' : held.holds ? 'holds' : '**missed**',
      ]);
    }),
  ];
}

/** A cell must not end its column, and what stands in angle brackets is no markup. */
const row = (cells: readonly string[]): string =>
  `| ${cells
    .map((cell) =>
      cell
        .replace(/[\r\n]+/g, ' ')
        .replaceAll('|', '\\|')
        .replaceAll('<', '&lt;'),
    )
    .join(' | ')} |`;

const number = (value: number | null): string =>
  value === null ? '–' : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

const duration = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);
