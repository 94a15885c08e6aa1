/**
 * How the bench talks to the programs that it compares: each is a process of its own that reads one JSON object a line on
 * stdin and answers with one on stdout (serve.ts and contestant.py are the other side). So no program's threads, allocator
 * or libraries touch another's, and all are loaded and warm while they are timed in turn.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';

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
  error: z.string().optional(),
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

/** A program of the comparison failed: its own last words are in the message. */
export class ContestantError extends Error {}

/** One program, loaded with a model and texts. */
export class Contestant implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  readonly #ended: Promise<void>;
  #said = '';
  /** in the program's words: version, weight type, threads, batch */
  settings = '';
  /** of our own engine only: its weight layout */
  layout = '';

  private constructor(command: readonly [string, ...string[]]) {
    const [program, ...rest] = command;
    this.#child = spawn(program, rest, { stdio: 'pipe' });
    // Its native libraries talk on stderr; only the end of that is of use, when it fails.
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-1500);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => resolve());
      this.#child.on('error', (error) => {
        this.#said += error.message;
        resolve();
      });
    });
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Starts a program and loads it. Throws ContestantError. */
  static async start(command: readonly [string, ...string[]], load: Load): Promise<Contestant> {
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
    return this.#child.pid;
  }

  async #ask(request: object): Promise<Answer> {
    this.#child.stdin.write(JSON.stringify(request) + '\n');
    const line = await this.#answers.next();
    if (line.done === true) {
      // What it said on stderr may arrive after the end of stdout.
      await this.#ended;
      throw new ContestantError(`a program of the comparison ended early: ${this.#said.trim()}`);
    }
    const answer = Answer.parse(JSON.parse(line.value));
    if (answer.error !== undefined) throw new ContestantError(answer.error);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#lines.close();
    this.#child.stdin.end();
    this.#child.kill();
  }
}
