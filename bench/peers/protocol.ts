/** What the programs of the score bench are asked and answer, over line-process.ts. */
import { z } from 'zod';
import { LineProcess, type Command } from './line-process.ts';

export const Request = z.discriminatedUnion('op', [
  z.looseObject({
    op: z.literal('load'),
    /** path of the GGUF */
    model: z.string(),
    texts: z.array(z.string()),
    threads: z.int().min(1),
  }),
  /** time the first `count` texts; `states` also gives what came out */
  z.strictObject({ op: z.enum(['run', 'states']), count: z.int().min(1) }),
]);

const Answer = z.object({
  settings: z.string().optional(),
  /** weight layout of our own engine */
  layout: z.string().optional(),
  seconds: z.number().positive().optional(),
  tokens: z.array(z.int()).optional(),
  states: z.array(z.array(z.number())).optional(),
});
export type Answer = z.infer<typeof Answer>;

/** What a program is loaded with; the fields beyond the shared ones are its own. */
export interface Load {
  readonly model: string;
  readonly texts: readonly string[];
  readonly threads: number;
  readonly [setting: string]: unknown;
}

export interface Timing {
  readonly seconds: number;
  /** tokens of each text, special ones included */
  readonly tokens: readonly number[];
}

/** One program, loaded with a model and texts. */
export class Contestant implements Disposable {
  readonly #process: LineProcess;
  /** in the program's words: version, weight type, threads, batch */
  settings = '';
  /** of our own engine only: its weight layout */
  layout = '';

  private constructor(command: Command) {
    this.#process = new LineProcess(command);
  }

  /** Starts a program and loads it. Throws ContestantError. */
  static async start(command: Command, load: Load): Promise<Contestant> {
    const started = new Contestant(command);
    try {
      const { settings = '', layout = '' } = await started.#ask({ op: 'load', ...load });
      started.settings = settings;
      started.layout = layout;
      return started;
    } catch (error) {
      started[Symbol.dispose]();
      throw error;
    }
  }

  /** Texts to states, timed inside the program: tokenizing is part of it, loading is not. */
  async run(count: number): Promise<Timing> {
    const { seconds = NaN, tokens = [] } = await this.#ask({ op: 'run', count });
    return { seconds, tokens };
  }

  /** The pooled states of the first `count` texts. */
  async states(count: number): Promise<readonly (readonly number[])[]> {
    return (await this.#ask({ op: 'states', count })).states ?? [];
  }

  /** for the share of the processor that it used */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  async #ask(request: object): Promise<Answer> {
    return await this.#process.ask(request, Answer);
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
