/**
 * Results that are there already, as JSON lines: each is written when its run ends, so that a bench that was cut off
 * goes on where it stood. A key says everything that decides a result beside the program itself.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { BANDS } from '../../engine/adapter/gate-rates.ts';

/** What is kept of one row and seed. */
export const Result = z.strictObject({
  /** in the program's words */
  settings: z.string(),
  /** of each test text: (labels, texts) */
  probabilities: z.array(z.number()),
  /** after each epoch */
  devMacroF1: z.array(z.number()),
  /** steps alone; null where nothing is trained in steps */
  trainSeconds: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  /** of the test part */
  itemsPerSecond: z.number(),
  /** for one text alone, in milliseconds */
  latency: z.number().nullable(),
  parameters: z.int().nullable(),
  /** share of zeros in A and B */
  sparsity: z.number().nullable(),
  /** most memory of the process while it trained */
  peakMegabytes: z.number().nullable(),
  /** share of the processor that other programs had meanwhile */
  others: z.number().nullable(),
  /** mean gate of each test text by third of the layers */
  gates: z.partialRecord(z.enum(BANDS), z.array(z.number())).nullable(),
  /** everything: loading, training, tests */
  wallSeconds: z.number(),
});
export type Result = Readonly<z.infer<typeof Result>>;
/** what a run gives; the clock around it is the runner's */
export type Made = Omit<Result, 'wallSeconds'>;

/** For runs that do not have such figures. */
export const NOT_MEASURED = {
  trainSeconds: null,
  tokensPerSecond: null,
  latency: null,
  parameters: null,
  sparsity: null,
  peakMegabytes: null,
  others: null,
  gates: null,
} as const;

const Line = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('result'),
    key: z.string(),
    row: z.string(),
    seed: z.int(),
    /** of the sources that made it */
    sources: z.string(),
    result: Result,
  }),
  /** the weight layout that was fastest here, so that all runs on a model have the same */
  z.strictObject({ kind: z.literal('layout'), key: z.string(), layout: z.string() }),
]);
type Line = z.infer<typeof Line>;

/** A file of results that cannot be gone on from. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

export class Ledger {
  readonly file: string;
  readonly #lines = new Map<string, Line>();

  /** Reads what is there. A last line that was cut off is taken out. Throws LedgerError naming the line that is none. */
  constructor(file: string) {
    this.file = file;
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    whole.split('\n').forEach((line, index) => {
      if (line !== '') this.#take(parsed(line, `${file}, line ${index + 1}`));
    });
  }

  /** A result, and the state of the sources that it came from. */
  result(key: string): { readonly result: Result; readonly sources: string } | null {
    const line = this.#lines.get(key);
    return line?.kind === 'result' ? line : null;
  }

  layout(key: string): string | null {
    const line = this.#lines.get(key);
    return line?.kind === 'layout' ? line.layout : null;
  }

  add(line: Line): void {
    this.#take(line);
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  #take(line: Line): void {
    this.#lines.set(line.key, line);
  }
}

/** A short name of what a result depends on; the order of fields does not matter. */
export const keyOf = (what: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(what)))
    .digest('hex')
    .slice(0, 24);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}

function parsed(line: string, where: string): Line {
  try {
    return Line.parse(JSON.parse(line));
  } catch (error) {
    throw new LedgerError(
      `${where} is no result of this bench. Name another file with --results, or take the line out.`,
      { cause: error },
    );
  }
}
