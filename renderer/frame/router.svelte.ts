/** Which view is shown: what stands behind # in the address, `#/teach` or `#/queue?channel=3`. */
import { VIEWS, type ViewName } from './routes.ts';

export type Place = ViewName | 'gallery' | 'nowhere';

export class Router {
  place = $state<Place>('queue');
  /** what a view is asked for: a filter, an item */
  asked = $state.raw(new URLSearchParams());
  readonly #page: Window;

  constructor(page: Window) {
    this.#page = page;
    this.read();
  }

  /** Takes over what the address says. */
  read(): void {
    const [path = '', query = ''] = this.#page.location.hash.replace(/^#\/?/, '').split('?');
    this.place = path === '' ? 'queue' : path === 'gallery' ? path : (VIEWS.find((view) => view === path) ?? 'nowhere');
    this.asked = new URLSearchParams(query);
  }

  /** The address of a view, for links. */
  address(view: ViewName, asked: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams(asked).toString();
    return `#/${view}${query === '' ? '' : `?${query}`}`;
  }

  go(view: ViewName, asked: Readonly<Record<string, string>> = {}): void {
    this.#page.location.hash = this.address(view, asked);
  }
}
