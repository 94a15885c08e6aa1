/** What one window is told: kept until its page listens, which a window that has just been opened does not yet. */
import type { ShellEvent } from '../../desk/contract/shell.ts';

type Listener = (event: ShellEvent) => void;

export class Told {
  readonly #listeners = new Set<Listener>();
  #waiting: readonly ShellEvent[] = [];

  tell(event: ShellEvent): void {
    if (this.#listeners.size === 0) this.#waiting = [...this.#waiting, event];
    for (const listener of this.#listeners) listener(event);
  }

  /** The page listens, and hears first what it has missed. @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    const missed = this.#waiting;
    this.#waiting = [];
    for (const event of missed) listener(event);
    return () => void this.#listeners.delete(listener);
  }
}
