/** Long work on the desk's thread, in slices, between which whoever knocks at the door gets an answer. */
import { setImmediate as breathe } from 'node:timers/promises';

/** Less than anybody notices. */
const SLICE_MS = 8;

/**
 * @param work does a small piece between any two yields
 * @param signal ends it. Throws its reason, and what the work throws
 */
export async function inSlices<T>(work: Generator<void, T, void>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
    await breathe();
    signal?.throwIfAborted();
  }
}

/** The same without anybody else getting a turn. */
export function atOnce<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
