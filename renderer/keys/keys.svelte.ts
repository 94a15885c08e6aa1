/** Which key does what just now, and doing it. A key does nothing while somebody writes, or while a dialog is open. */
import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Action } from './action.ts';
import { ACTIONS } from './actions.ts';
import { type Press, wordOf } from './press.ts';

export type Do = () => void;

/** A key event, with what it was pressed on. */
export interface KeyEvent extends Press {
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
  readonly target: EventTarget | null;
  preventDefault(): void;
}

export class Keys {
  /** what keys are given instead of those that the program comes with, by action; '' for none */
  own = $state<Readonly<Record<string, string>>>({});
  readonly isMac: boolean;
  /** what an action does, the last one that was said: a view may have an action of the window do its own */
  readonly #bound = new SvelteMap<string, readonly Do[]>();
  /** actions beside the list: keys of labels */
  readonly #offered = new SvelteMap<string, Action>();
  readonly #pauses = new SvelteSet<symbol>();

  constructor(isMac: boolean) {
    this.isMac = isMac;
  }

  /** All that a key can do, whether it can be done just now or not. */
  get all(): readonly Action[] {
    return [...ACTIONS, ...this.#offered.values()];
  }

  /** What can be done just now. */
  get live(): readonly Action[] {
    return this.all.filter(({ id }) => this.#bound.has(id));
  }

  keyOf({ id, key }: Action): string | null {
    const own = this.own[id];
    return own === undefined ? key : own === '' ? null : own;
  }

  /** The key of an action by its name; null where it has none. */
  key(id: string): string | null {
    const action = this.all.find((one) => one.id === id);
    return action === undefined ? null : this.keyOf(action);
  }

  /** Actions that `key` would also do, where `action` can be done. */
  collisions(action: Action, key: string): readonly Action[] {
    const meets = ({ where }: Action): boolean => where === null || action.where === null || where === action.where;
    return this.all.filter((one) => one.id !== action.id && meets(one) && this.keyOf(one) === key);
  }

  /** Says what actions do, as long as whoever says so is there. @returns ends it */
  bind(what: Readonly<Record<string, Do>>): () => void {
    // Whoever binds keys in an effect does not depend on what they were bound to.
    const before = (id: string): readonly Do[] => untrack(() => this.#bound.get(id)) ?? [];
    for (const [id, does] of Object.entries(what)) this.#bound.set(id, [...before(id), does]);
    return () => {
      for (const [id, does] of Object.entries(what)) {
        const left = before(id).filter((one) => one !== does);
        if (left.length > 0) this.#bound.set(id, left);
        else this.#bound.delete(id);
      }
    };
  }

  /** As `bind`, for actions that are not in the list. @returns ends it */
  offer(actions: readonly (Action & { readonly does: Do })[]): () => void {
    for (const { does: _, ...action } of actions) this.#offered.set(action.id, action);
    const unbind = this.bind(Object.fromEntries(actions.map(({ id, does }) => [id, does])));
    return () => {
      unbind();
      for (const { id } of actions) this.#offered.delete(id);
    };
  }

  /** Keys do nothing until what is returned is called: a dialog is open. */
  pause(): () => void {
    const one = Symbol('pause');
    this.#pauses.add(one);
    return () => void this.#pauses.delete(one);
  }

  do(id: string): void {
    this.#bound.get(id)?.at(-1)?.();
  }

  /** To be called with every key that is pressed anywhere. */
  press(event: KeyEvent): void {
    if (event.defaultPrevented || this.#pauses.size > 0) return;
    const word = wordOf(event, this.isMac);
    if (word === null) return;
    const action = this.live.find((one) => this.keyOf(one) === word);
    if (action === undefined || (event.repeat && action.repeats !== true)) return;
    const element = event.target instanceof Element ? event.target : null;
    if (isWriting(element) && !(action.whileWriting === true && word.startsWith('Mod+'))) return;
    if ((word === 'Enter' || word === 'Space') && element?.closest('a, button, summary')) return;
    event.preventDefault();
    this.do(action.id);
  }
}

/** Letters typed here are text, or find something in a list; a list whose rows are acted upon says so. */
const WRITING =
  'textarea, select, [contenteditable=""], [contenteditable="true"], [role="menu"], [role="listbox"]:not([data-acts]), [role="combobox"], ' +
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])';

const isWriting = (element: Element | null): boolean => element !== null && element.closest(WRITING) !== null;
