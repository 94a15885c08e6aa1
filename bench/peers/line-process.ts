/**
 * How the bench talks to the programs that it compares: each is a process of its own that reads one JSON object a line on
 * stdin and answers with one on stdout (serve.ts and contestant.py are the other side). So no program's threads, allocator
 * or libraries touch another's, and all are loaded and warm while they are timed in turn.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';

export type Command = readonly [string, ...string[]];

/** A program of the comparison failed: its own last words are in the message. */
export class ContestantError extends Error {}

const Refusal = z.looseObject({ error: z.string() });

export class LineProcess implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  readonly #ended: Promise<void>;
  #said = '';

  constructor([program, ...rest]: Command) {
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

  /** for the share of the processor and the memory that it uses */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Throws ContestantError when the program ends or says why it cannot, ZodError when its answer is not of that shape. */
  async ask<T>(request: object, shape: z.ZodType<T>): Promise<T> {
    this.#child.stdin.write(JSON.stringify(request) + '\n');
    const line = await this.#answers.next();
    if (line.done === true) {
      // What it said on stderr may arrive after the end of stdout.
      await this.#ended;
      throw new ContestantError(`a program of the comparison ended early: ${this.#said.trim()}`);
    }
    const answer: unknown = JSON.parse(line.value);
    const refusal = Refusal.safeParse(answer);
    if (refusal.success) throw new ContestantError(refusal.data.error);
    return shape.parse(answer);
  }

  [Symbol.dispose](): void {
    this.#lines.close();
    this.#child.stdin.end();
    this.#child.kill();
  }
}
