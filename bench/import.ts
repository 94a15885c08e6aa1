/**
 * How fast exports come into a workspace, with their language, their raw records and the text index, until everything
 * is on the disk and in the one file. The peer is what one would write otherwise: Python with its csv, json and sqlite3
 * modules, filling the same tables and the same text index, but without languages, raw records or checks for doubles.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Bench, type Figure, faster, smaller } from './figure.ts';
import { writeCsv, writeDiscord } from './import-files.ts';

const FORMATS = [
  { name: 'csv', write: writeCsv, rows: 400_000 },
  { name: 'discord_json', write: writeDiscord, rows: 150_000 },
] as const;
const ROUNDS = 3;
const OURS = fileURLToPath(new URL('./import-run.ts', import.meta.url));
const THEIRS = fileURLToPath(new URL('./peers/import.py', import.meta.url));

const resultShape = z.object({ rows: z.number(), seconds: z.number(), megabytes: z.number() });
type Result = z.infer<typeof resultShape>;

const bench: Bench = async ({ scale, say }) => {
  const python = findPython();
  if (python === null) say('There is no python3 with SQLite 3.37 or newer here: no peer.');
  const folder = mkdtempSync(join(tmpdir(), 'moderato-bench-'));
  const figures: Figure[] = [];
  try {
    for (const format of FORMATS) {
      const file = join(folder, `export.${format.name}`);
      const count = Math.round(format.rows * scale);
      const bytes = format.write(file, count, 7);
      say(`${format.name}: ${count.toLocaleString('en-US')} messages, ${(bytes / 1e6).toFixed(0)} MB`);
      const ours: Result[] = [];
      const theirs: Result[] = [];
      // Ours and theirs in turn, so that a busy machine hurts both alike.
      for (let round = 0; round < ROUNDS; round++) {
        const into = (name: string): string => {
          const target = join(folder, `${name}-${format.name}-${round}`);
          mkdirSync(target);
          return join(target, 'w.moderato');
        };
        ours.push(run(process.execPath, [OURS, file, into('ours')], count));
        if (python !== null) {
          theirs.push(run(python, [THEIRS, format.name, file, into('theirs')], count));
        }
      }
      const speed = (results: readonly Result[]): number => median(results.map(({ rows, seconds }) => rows / seconds));
      const memory = (results: readonly Result[]): number => Math.max(...results.map(({ megabytes }) => megabytes));
      const peer = (value: number): { name: string; value: number } => ({ name: 'Python csv/json + sqlite3', value });
      figures.push(
        faster(`import.${format.name}`, speed(ours), 'messages/s', theirs.length > 0 ? peer(speed(theirs)) : undefined),
        smaller(
          `import.${format.name}.memory`,
          memory(ours),
          'MB',
          theirs.length > 0 ? peer(memory(theirs)) : undefined,
        ),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
};
export default bench;

function run(program: string, args: readonly string[], rows: number): Result {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 20 });
  if (status !== 0) throw new Error(`${args[0] ?? program} failed:\n${stderr}`);
  const result = resultShape.parse(JSON.parse(stdout));
  if (result.rows !== rows) throw new Error(`${args[0] ?? program} imported ${result.rows} of ${rows} messages.`);
  return result;
}

function findPython(): string | null {
  const program = process.env['PYTHON'] ?? 'python3';
  const check = 'import sqlite3, sys; sys.exit(sqlite3.sqlite_version_info < (3, 37))';
  return spawnSync(program, ['-c', check]).status === 0 ? program : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
