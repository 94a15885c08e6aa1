/** Runs that are there already, as JSON lines without texts: a bench that was cut off goes on where it stood. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The model as it comes, and adapted: to the community's messages, to another one's, to its own behind all layers. */
export const ARMS = ['none', 'own', 'other', 'whole'] as const;
export type Arm = (typeof ARMS)[number];

const Adaptation = z.strictObject({
  /** of the steps */
  seconds: z.number(),
  tokens: z.int(),
  /** share of the processor that other programs had meanwhile; null where the system does not say */
  others: z.number().nullable(),
});
export type Adaptation = z.infer<typeof Adaptation>;

const Run = z.strictObject({
  key: z.string(),
  community: z.string(),
  seed: z.int(),
  arm: z.enum(ARMS),
  /** null where nothing is adapted */
  adaptation: Adaptation.nullable(),
  /** nats for each next token of the community's held-out texts */
  loss: z.number(),
  /** the same of the model as it comes; null where that is the loss of another run */
  lossBefore: z.number().nullable().default(null),
  /** of label 1, for each held-out text */
  probabilities: z.array(z.number()),
});
export type Run = z.infer<typeof Run>;

export class Runs {
  readonly #file: string;
  readonly #known: ReadonlyMap<string, Run>;

  /** Reads what is there; a last line that was cut off is made anew. */
  constructor(file: string) {
    this.#file = file;
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const runs = lines.flatMap((line) => (line.endsWith('}') ? [Run.parse(JSON.parse(line))] : []));
    this.#known = new Map(runs.map((run) => [run.key, run]));
  }

  get(key: string): Run | undefined {
    return this.#known.get(key);
  }

  add(run: Run): void {
    appendFileSync(this.#file, `${JSON.stringify(run)}\n`);
  }
}
