/** What is wrong, and with which file: in the archive, or the archive itself. */
export interface Problem {
  readonly file: string;
  readonly what: string;
}

/** More than anybody reads. A hostile file can hold millions. */
const MOST = 1000;

export class Problems {
  readonly #list: Problem[] = [];
  readonly #files = new Set<string>();

  add(file: string, what: string): void {
    if (this.isFull) return;
    this.#list.push({ file, what });
    this.#files.add(file);
  }

  /** True once nothing more would be listed: whoever looks on looks for nothing. */
  get isFull(): boolean {
    return this.#list.length >= MOST;
  }

  get none(): boolean {
    return this.#list.length === 0;
  }

  /** True where something is wrong with a file. */
  isAbout(file: string): boolean {
    return this.#files.has(file);
  }

  /** @param whole name of the file that all of this is about */
  list(whole: string): readonly Problem[] {
    const more = { file: whole, what: `only ${MOST} things are listed; more may be wrong with it.` };
    return this.isFull ? [...this.#list, more] : this.#list;
  }
}
