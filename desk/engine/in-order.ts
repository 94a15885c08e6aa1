/** Work on a stream, a few pieces at once, results in the order of the pieces, at constant memory. */
import { cancelled } from './errors.ts';

/**
 * Gives `work(piece)` for each piece of `source`, in order. At most `width` pieces are read and not yet given;
 * a slow source does not hold back results that are ready.
 * Throws what the source or `work` throws, and `cancelled` as soon as `signal` aborts; pieces in flight are aborted then.
 */
export async function* inOrder<Piece, Result>(
  source: AsyncIterable<Piece>,
  work: (piece: Piece, signal: AbortSignal) => Promise<Result>,
  width: number,
  signal?: AbortSignal,
): AsyncGenerator<Result, void, void> {
  const abort = new AbortController();
  const both = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const aborted = new Promise<never>((_, reject) => {
    if (both.aborted) reject(cancelled());
    else both.addEventListener('abort', () => reject(cancelled()), { once: true });
  });
  aborted.catch(() => {});
  const iterator = source[Symbol.asyncIterator]();
  const flight: Promise<Result>[] = [];
  let reading: Promise<IteratorResult<Piece>> | undefined;
  let more = true;
  try {
    for (;;) {
      if (more && flight.length < width) reading ??= iterator.next();
      const head = flight[0];
      if (reading === undefined && head === undefined) return;
      // A piece that was read goes first: the engine is not to idle while a result is being handed over.
      const read = reading?.then(() => 'read' as const);
      const done = head?.then(() => 'done' as const);
      const next = await Promise.race([aborted, ...[read, done].filter((promise) => promise !== undefined)]);
      if (next === 'read' && reading !== undefined) {
        const piece = await reading;
        reading = undefined;
        if (piece.done === true) more = false;
        else {
          const result = work(piece.value, both);
          // It may fail before its turn comes; it is thrown when it does.
          result.catch(() => {});
          flight.push(result);
        }
      } else if (head !== undefined) {
        void flight.shift();
        yield await head;
      }
    }
  } finally {
    abort.abort();
    const ending = iterator.return?.();
    // A source that is still waiting (for standard input, say) would be waited for in vain.
    if (reading === undefined) await ending;
    else ending?.catch(() => {});
    await Promise.allSettled(flight);
  }
}
