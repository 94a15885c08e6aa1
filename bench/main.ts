/**
 * `npm run bench -- NAME [--json] [--data DIR] [--peer P]… [--adapter F] [--scale N] [--table T]… [--seed N]… [--results FILE] [--unmask]`:
 * runs bench/NAME.ts and prints its figures.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError, type Bench, type Figure } from './figure.ts';
import { machine, NAMES, type Measured } from './measured.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
    adapter: { type: 'string' },
    scale: { type: 'string', default: '1' },
    table: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', multiple: true, default: [] },
    results: { type: 'string' },
    unmask: { type: 'boolean', default: false },
  },
});
const [name] = positionals;
const scale = Number(values.scale);
if (name === undefined || !NAMES.some((known) => known === name) || !(scale > 0)) {
  process.stderr.write(
    'Usage: npm run bench -- NAME [--json] [--data DIR] [--peer P] [--adapter F] [--scale N] [--table T] [--seed N] [--results FILE] [--unmask]\n' +
      `NAME is one of: ${NAMES.join(', ')}.\n`,
  );
  process.exit(2);
}
if (values.data !== undefined && !existsSync(values.data)) {
  process.stderr.write(`There is no folder ${values.data}. --data takes the folder with the data sets.\n`);
  process.exit(2);
}
// Which bench it is, is known only now; its shape is Bench by this folder's rule.
const { default: bench } = (await import(`./${name}.ts`)) as { default: Bench };
const began = new Date();
const made = await bench({
  data: values.data ?? null,
  peers: values.peer,
  adapter: values.adapter ?? null,
  scale,
  tables: values.table,
  seeds: values.seed.map(Number),
  results: values.results ?? null,
  unmask: values.unmask,
  say: (line) => process.stderr.write(`${line}\n`),
}).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});
const { figures, text } = 'text' in made ? made : { figures: made, text: table(made) };
process.stdout.write(values.json ? `${JSON.stringify(measured(figures))}\n` : text);

function measured(figures: readonly Figure[]): Measured {
  return {
    figures: figures.map(rounded),
    made: {
      command: commandOf(process.argv.slice(2)),
      at: began.toISOString(),
      machine: machine(),
      seconds: Math.round((Date.now() - began.getTime()) / 1000),
    },
  };
}

/** As it can be typed elsewhere: folders and files of this machine are named by what they are. */
function commandOf(args: readonly string[]): string {
  const places: Readonly<Record<string, string>> = { '--data': 'DIR', '--adapter': 'F', '--results': 'FILE' };
  const shown = args.map(
    (arg, i) => places[args[i - 1] ?? ''] ?? arg.replace(/^(--(data|adapter|results))=.*/, '$1=…'),
  );
  return `npm run bench -- ${shown.join(' ')}`;
}

function rounded(figure: Figure): Figure {
  const round = (value: number | null): number | null => (value === null ? null : Number(value.toPrecision(5)));
  return {
    ...figure,
    value: Number(figure.value.toPrecision(5)),
    peer_value: round(figure.peer_value),
    ratio: round(figure.ratio),
  };
}

function table(figures: readonly Figure[]): string {
  const number = (value: number | null): string =>
    value === null ? '–' : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  const rows = [
    ['figure', 'value', 'unit', 'peer', "peer's value", 'ratio'],
    ...figures.map(({ name, value, unit, peer, peer_value, ratio }) => [
      name,
      number(value),
      unit,
      peer ?? '–',
      number(peer_value),
      ratio === null ? '–' : `${number(ratio)}×`,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
