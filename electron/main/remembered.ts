/** What the shell remembers until its next start: conveniences, each in a small file of the settings folder. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { z } from 'zod';

export class Remembered<T> {
  readonly #name: string;
  readonly #shape: z.ZodType<T>;

  constructor(name: string, shape: z.ZodType<T>) {
    this.#name = name;
    this.#shape = shape;
  }

  /** Null where it is not there yet, or broken: it starts again. */
  read(): T | null {
    try {
      return this.#shape.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      return null;
    }
  }

  write(value: T): void {
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(value));
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // A full disk: this run knows it all the same.
    }
  }

  get #file(): string {
    return join(app.getPath('userData'), this.#name);
  }
}
