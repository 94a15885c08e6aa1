import type { Event } from '../contract/workspace.ts';
import { door } from './door.ts';

/** Events that may wait for a slow listener; it then hears of all items at once instead of each. */
const WAITING = 1000;

export const events = door.events.handler(async function* ({ context, signal }) {
  const waiting: Event[] = [];
  let wake: (() => void) | undefined;
  const end = context.desk.listen((event) => {
    if (waiting.length >= WAITING) waiting.splice(0, waiting.length, { kind: 'items', items: null });
    waiting.push(event);
    wake?.();
  });
  signal?.addEventListener('abort', () => wake?.(), { once: true });
  try {
    while (signal?.aborted !== true) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    end();
  }
});
