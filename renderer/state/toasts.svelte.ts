/** Short words about what was done, for the eye (toasts) and for the ear (live regions). */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** what can be done about it: undo, say */
  readonly action?: { readonly title: string; readonly does: () => void };
}

/** Long enough to read two lines; whoever needs longer holds the pointer or the focus on it. */
const STAYS_MS = 6000;

export class Toasts {
  all = $state.raw<readonly Toast[]>([]);
  held = false;
  #last = 0;

  /** @returns its number, by which it can be dismissed */
  say(text: string, options: Partial<Pick<Toast, 'tone' | 'action'>> = {}): number {
    const toast: Toast = { tone: 'plain', ...options, id: ++this.#last, text };
    this.all = [...this.all.slice(-2), toast];
    // What can be acted upon, or went wrong, stays until it is dismissed.
    if (toast.action === undefined && toast.tone !== 'bad') this.#endSoon(toast);
    return toast.id;
  }

  dismiss(id: number): void {
    this.all = this.all.filter((one) => one.id !== id);
  }

  #endSoon(toast: Toast): void {
    setTimeout(() => (this.held ? this.#endSoon(toast) : this.dismiss(toast.id)), STAYS_MS);
  }
}

/** What a reader of the screen says: the next item, what became of an action. */
export class Announcer {
  polite = $state('');
  assertive = $state('');
  #even = false;

  /** Said when the reader has a moment, or at once. The same words twice are said twice. */
  say(text: string, how: 'polite' | 'assertive' = 'polite'): void {
    this.#even = !this.#even;
    this[how] = this.#even ? text : `${text}\u00a0`;
  }
}
