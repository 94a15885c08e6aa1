/** The workspaces that were open lately: their paths, in the settings folder, and in the list that the system keeps. */
import { existsSync } from 'node:fs';
import { app } from 'electron';
import { z } from 'zod';
import { Remembered } from './remembered.ts';

const KEPT = 10;
const file = new Remembered('recent.json', z.array(z.string()));

export class RecentWorkspaces {
  #paths: readonly string[];
  /** told when the list is another */
  onChange: () => void = () => {};

  private constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  static read(): RecentWorkspaces {
    return new RecentWorkspaces((file.read() ?? []).slice(0, KEPT));
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
    file.write([...paths]);
  }
}
