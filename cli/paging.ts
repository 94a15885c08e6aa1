/** The queue page by page, as one stream. */
import type { z } from 'zod';
import type { PageInput } from '../desk/contract/queue.ts';
import type { QueueEntry } from '../desk/contract/shapes.ts';
import type { DeskClient } from './desk.ts';

const PAGE = 500;

export interface Ranked {
  /** from 1 */
  readonly rank: number;
  readonly entry: QueueEntry;
}

/** @param top entries at most; Infinity for all */
export async function* ranked(
  client: DeskClient,
  input: z.input<typeof PageInput>,
  top: number,
): AsyncGenerator<Ranked, void, void> {
  let rank = 0;
  for (let after: z.input<typeof PageInput>['after'] = null; ;) {
    const page = await client.queue.page({ ...input, size: Math.max(1, Math.min(PAGE, top - rank)), after });
    for (const entry of page.entries) yield { rank: ++rank, entry };
    if (page.next === null || rank >= top) return;
    after = page.next;
  }
}
