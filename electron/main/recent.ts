/** The workspaces that were open lately: their paths, in the settings folder, and in the list that the system keeps. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import { z } from 'zod';

const File = z.array(z.string());
const KEPT = 10;

export class RecentWorkspaces {
  #paths: readonly string[];
  readonly #file: string;
  /** told when the list is another */
  onChange: () => void = () => {};

  private constructor(file: string, paths: readonly string[]) {
    this.#file = file;
    this.#paths = paths;
  }

  static read(): RecentWorkspaces {
    const file = join(app.getPath('userData'), 'recent.json');
    try {
      return new RecentWorkspaces(file, File.parse(JSON.parse(readFileSync(file, 'utf8'))).slice(0, KEPT));
    } catch {
      // Not there yet, or broken: it is a convenience, and starts again.
      return new RecentWorkspaces(file, []);
    }
  }

  list(): { readonly path: string; readonly there: boolean }[] {
    return this.#paths.map((path) => ({ path, there: existsSync(path) }));
  }

  opened(path: string | null): void {
    if (path === null || path === this.#paths[0]) return;
    app.addRecentDocument(path);
    this.#keep([path, ...this.#paths.filter((other) => other !== path)].slice(0, KEPT));
  }

  forget(path: string): void {
    // The system forgets all or nothing.
    app.clearRecentDocuments();
    this.#keep(this.#paths.filter((other) => other !== path));
    for (const kept of this.#paths.toReversed()) app.addRecentDocument(kept);
  }

  #keep(paths: readonly string[]): void {
    this.#paths = paths;
    this.onChange();
    try {
      writeFileSync(`${this.#file}.new`, JSON.stringify(paths));
      renameSync(`${this.#file}.new`, this.#file);
    } catch {
      // A full disk: the list of this run is right all the same.
    }
  }
}
