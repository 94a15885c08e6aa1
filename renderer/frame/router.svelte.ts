/** Which view is shown: what stands behind # in the address, `#/teach` or `#/queue?channel=3`. */
import { VIEWS, type ViewName } from './routes.ts';

export type Place = ViewName | 'gallery' | 'nowhere';

export class Router {
  place = $state<Place>('queue');
  /** what a view is asked for: a filter, an item */
  asked = $state.raw(new URLSearchParams());
  readonly #page: Window;
  #hash: string | null = null;

  constructor(page: Window) {
    this.#page = page;
    this.read();
  }

  /** Takes over what the address says, if it says something else than before. */
  read(): void {
    const { hash } = this.#page.location;
    if (hash === this.#hash) return;
    this.#hash = hash;
    const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
    this.place = path === '' ? 'queue' : path === 'gallery' ? path : (VIEWS.find((view) => view === path) ?? 'nowhere');
    this.asked = new URLSearchParams(query);
  }

  /** The address of a view, for links. */
  address(view: ViewName, asked: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams(asked).toString();
    return `#/${view}${query === '' ? '' : `?${query}`}`;
  }

  /** At once: the page hears of its new address only after the keys that were pressed meanwhile, which mean the new view. */
  go(view: ViewName, asked: Readonly<Record<string, string>> = {}): void {
    this.#page.location.hash = this.address(view, asked);
    this.read();
  }
}
