/**
 * What a page is asked about itself while somebody works in it. The functions of this file run in the page, each by itself: all
 * that one needs stands in it. Benches are checked without a browser's types; what is used of one stands below.
 */

interface Element {
  readonly textContent: string | null;
  readonly scrollTop: number;
  readonly clientHeight: number;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

interface Entry {
  readonly name: string;
  readonly startTime: number;
  readonly duration: number;
}

export interface PageWindow {
  readonly document: Element;
  addEventListener(
    type: 'keydown',
    hear: (event: { readonly key: string; readonly repeat: boolean; readonly timeStamp: number }) => void,
    capture: boolean,
  ): void;
  requestAnimationFrame(then: (now: number) => void): number;
  readonly PerformanceObserver: new (take: (list: { getEntries(): readonly Entry[] }) => void) => {
    observe(what: { readonly type: string; readonly durationThreshold: number }): void;
  };
  readonly MessageChannel: new () => {
    readonly port1: { onmessage: () => void; close(): void };
    readonly port2: { postMessage(message: null): void };
  };
  presses: Press[];
  frames: Frame[] | null;
}

/** A key that decides, in milliseconds of the page's clock. */
export interface Press {
  /** when the browser got it */
  readonly at: number;
  /** the end of the first frame that was made after it, and of the one that has the next message, drawn and announced */
  first: number | null;
  shown: number | null;
  /** from `at` until the first frame was on the screen, in steps of 8, as Event Timing has it; null where it was below 16 */
  presented: number | null;
}

/** A frame, in milliseconds of the page's clock, and rows in sight that were not there yet. */
export interface Frame {
  readonly at: number;
  readonly missing: number;
}

/** From now on every press of `key` is noted. */
export function notePresses(key: string): void {
  const page = globalThis as unknown as PageWindow;
  const presses: Press[] = [];
  page.presses = presses;
  const read = (): readonly (string | null | undefined)[] => [
    page.document.querySelector('[role="option"][aria-current="true"]')?.getAttribute('aria-posinset'),
    page.document.querySelector('article')?.textContent,
    page.document.querySelector('[aria-live="polite"]')?.textContent,
  ];
  page.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== key || event.repeat) return;
      const before = read();
      const press: Press = { at: event.timeStamp, first: null, shown: null, presented: null };
      presses.push(press);
      const { port1, port2 } = new page.MessageChannel();
      // What a frame posts is done right after it.
      const frame = (): void => void page.requestAnimationFrame(() => port2.postMessage(null));
      port1.onmessage = () => {
        const now = performance.now();
        press.first ??= now;
        const after = read();
        if (after.some((part, i) => part === undefined || part === before[i])) return frame();
        press.shown = now;
        port1.close();
      };
      frame();
    },
    true,
  );
  new page.PerformanceObserver((list) => {
    for (const { name, startTime, duration } of list.getEntries()) {
      const press = name === 'keydown' && presses.find(({ at }) => Math.abs(at - startTime) < 0.5);
      if (press) press.presented = duration;
    }
  }).observe({ type: 'event', durationThreshold: 16 });
}

/** What `notePresses` has noted since it was asked last. */
export const takePresses = (): readonly Press[] => (globalThis as unknown as PageWindow).presses.splice(0);

/** From now on every frame is noted, with what is in sight of the list. */
export function noteFrames(): void {
  const page = globalThis as unknown as PageWindow;
  const frames: Frame[] = [];
  page.frames = frames;
  const list = page.document.querySelector('[role="listbox"]');
  if (list === null) throw new Error('there is no list');
  const note = (at: number): void => {
    if (page.frames !== frames) return;
    const rows = [...list.querySelectorAll('[role="option"]')];
    frames.push({ at, missing: rows.filter((row) => row.querySelector('.bone') !== null).length / (rows.length || 1) });
    page.requestAnimationFrame(note);
  };
  page.requestAnimationFrame(note);
}

/** What `noteFrames` has noted, which ends. */
export function takeFrames(): readonly Frame[] {
  const page = globalThis as unknown as PageWindow;
  const frames = page.frames ?? [];
  page.frames = null;
  return frames;
}
