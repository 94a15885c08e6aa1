/**
 * Quality: what each method learns, as macro-F1 on official test parts, beside PyTorch and character n-grams. What is
 * measured stands in ablation/tables; results are kept in a ledger, so that a run that was cut off goes on.
 */
import path from 'node:path';
import { UsageError, wantedOf, type Bench, type Figure } from './figure.ts';
import { Ledger } from './ablation/ledger.ts';
import { markdown, type Measured } from './ablation/markdown.ts';
import { Runner } from './ablation/runner.ts';
import { scoresOf, spreadOf } from './ablation/scores.ts';
import type { Table } from './ablation/spec.ts';
import { TABLES } from './ablation/tables/all.ts';
import { PEFT, wantedPython } from './peers/python.ts';

/** Of a table that says no number. */
const SEEDS = 3;
const RESULTS = path.join(import.meta.dirname, '../.cache/ablation.jsonl');

const bench: Bench = async (options) => {
  const { data, say } = options;
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const ledger = new Ledger(options.results ?? RESULTS);
  const runner = new Runner({ data, scale: options.scale, python: wantedPython(options, 'torch', PEFT), ledger, say });
  const texts: string[] = [];
  const figures: Figure[] = [];
  for (const table of chosen(options.tables)) {
    say(table.title);
    const measured: Measured[] = [];
    for (const row of table.rows) measured.push(await measure(runner, table, row, say));
    const seconds = measured.flatMap(({ results }) => results).reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
    say(`  ${table.name}: ${(seconds / 60).toFixed(1)} minutes in all, whenever they were`);
    texts.push(markdown(table, measured, { unmask: options.unmask }));
    figures.push(...measured.flatMap((one) => figuresOf(table, one, measured)));
  }
  if (options.scale !== 1) texts.unshift(`**At scale ${options.scale}: too few rows to publish.**`);
  if (runner.sources.size > 1)
    texts.push(
      `The results come from ${runner.sources.size} states of the sources (${[...runner.sources].join(', ')}).`,
    );
  say(`Results are in ${ledger.file}; delete it to measure anew.`);
  return { figures, text: `${texts.join('\n\n')}\n` };
};
export default bench;

/** A row that fails is said and does not take the others with it. */
async function measure(
  runner: Runner,
  table: Table,
  row: Table['rows'][number],
  say: (line: string) => void,
): Promise<Measured> {
  const choice = row.data ?? table.data;
  const cut = runner.cut(choice);
  try {
    return { row, cut, results: await runner.results(row.run, row.name, choice, table.seeds ?? SEEDS), failure: null };
  } catch (error) {
    const failure = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    say(`  ${row.name} failed: ${failure}`);
    return { row, cut, results: [], failure };
  }
}

/** All tables, or those of the given names. */
function chosen(names: readonly string[]): readonly Table[] {
  const all = TABLES.map(({ name }) => name);
  const wanted = wantedOf(names, all, 'table');
  return TABLES.filter(({ name }) => wanted.includes(name));
}

/** Macro-F1 on each test set beside what the row is held against, else the table's n-grams. */
function figuresOf(table: Table, { row, cut, results }: Measured, all: readonly Measured[]): Figure[] {
  if (table.shape === 'gates' || table.shape === 'cases') return [];
  const meanOf = (measured: Pick<Measured, 'cut' | 'results'> | undefined, slice: number): number | null =>
    spreadOf(measured?.results.map((result) => scoresOf(result, measured.cut)[slice]?.macroF1 ?? null) ?? [])?.mean ??
    null;
  const peer =
    all.find((other) => other.row.name === row.against?.row) ?? all.find((other) => other.row.run.by === 'ngrams');
  return cut.slices.flatMap(({ set }, slice) => {
    const value = meanOf({ cut, results }, slice);
    if (value === null) return [];
    const theirs = peer?.row === row ? null : meanOf(peer, slice);
    return [
      {
        name: ['ablation', table.name, slug(row.name), ...(slice > 0 ? [set] : [])].join('.'),
        value,
        unit: `macro-F1, mean of ${results.length}`,
        peer: theirs === null ? null : (peer?.row.name ?? null),
        peer_value: theirs,
        ratio: theirs === null ? null : value / theirs,
      },
    ];
  });
}

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, '_')
    .replace(/_$/, '');
