/**
 * `npm run results -- [--from DIR] [--run NAME]… [--data DIR] [--out FILE]`: rebuilds docs/results.md from what the benches
 * printed: FROM/NAME.json, as `npm run bench -- NAME --json` prints it. --run makes that anew first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Measured, NAMES } from './measured.ts';
import { resultsPage, type Result } from './results/page.ts';

const ROOT = path.join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: path.join(ROOT, 'docs/results') },
    run: { type: 'string', multiple: true, default: [] },
    data: { type: 'string' },
    out: { type: 'string', default: path.join(ROOT, 'docs/results.md') },
  },
});

const fail = (message: string, code: 1 | 2): never => {
  process.stderr.write(`${message}\n`);
  process.exit(code);
};

const unknown = values.run.filter((name) => !NAMES.some((known) => known === name));
if (unknown.length > 0) fail(`There is no bench ${unknown.join()}. There are ${NAMES.join(', ')}.`, 2);
if (values.run.length > 0) mkdirSync(values.from, { recursive: true });
for (const name of values.run) {
  const args = [
    path.join(import.meta.dirname, 'main.ts'),
    name,
    '--json',
    ...(values.data ? ['--data', values.data] : []),
  ];
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) fail(`The bench ${name} failed; nothing was written.`, 1);
  writeFileSync(fileOf(name), stdout);
}
const results = NAMES.map((name): Result => ({ name, measured: read(fileOf(name)) }));
writeFileSync(values.out, resultsPage(results));
const missing = results.flatMap(({ name, measured }) => (measured === null ? [name] : []));
if (missing.length > 0) process.stderr.write(`No figures of ${missing.join(', ')}: --run NAME makes them.\n`);

function fileOf(name: string): string {
  return path.join(values.from, `${name}.json`);
}

function read(file: string): Measured | null {
  if (!existsSync(file)) return null;
  try {
    return Measured.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return fail(`${file} is not what a bench prints with --json. Make it anew, or take it away.\n${why}`, 1);
  }
}
