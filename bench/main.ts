/** `npm run bench -- NAME [OPTION…]`: runs bench/NAME.ts and prints its figures. */
import { CommanderError } from '@commander-js/extra-typings';
import { asked, type Asked } from './asked.ts';
import { UsageError, type Bench, type Figure } from './figure.ts';
import { machine, type Measured } from './measured.ts';

const { name, json, options } = understood();
// Which bench it is, is known only now; its shape is Bench by this folder's rule.
const { default: bench } = (await import(`./${name}.ts`)) as { default: Bench };
const began = new Date();
const made = await bench({
  ...options,
  say: (line) => process.stderr.write(`${line}\n`),
}).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
});
const { figures, text } = 'text' in made ? made : { figures: made, text: table(made) };
process.stdout.write(json ? `${JSON.stringify(measured(figures))}\n` : text);

/** Ends the process where help was asked for, or what was asked for is not there. */
function understood(): Asked {
  try {
    return asked(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exit(error.exitCode === 0 ? 0 : 2);
  }
}

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
