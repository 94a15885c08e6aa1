import type { Event } from '../contract/workspace.ts';
import { door } from './door.ts';

/** Events that may wait for a slow listener, a page in a tab that sleeps, say. It then hears what came of all of them. */
const WAITING = 1000;

export const events = door.events.handler(async function* ({ context, signal }) {
  const waiting: Event[] = [];
  let wake: (() => void) | undefined;
  const end = context.desk.listen((event) => {
    if (waiting.length >= WAITING) waiting.splice(0, waiting.length, ...whatCameOf(waiting));
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

/** Of each job, and of each other thing, the last word; and that any item may have changed. */
function whatCameOf(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, Event>();
  for (const event of events) last.set(event.kind === 'job' ? `job ${event.job.id}` : event.kind, event);
  last.set('items', { kind: 'items', items: null });
  return [...last.values()];
}
