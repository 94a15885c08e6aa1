/** What benches need that knock at the door of a desk. */
import { createRouterClient } from '@orpc/server';
import type { Desk } from '../desk/desk.ts';
import { router } from '../desk/door/router.ts';

export type Client = ReturnType<typeof clientOf>;

export const clientOf = (desk: Desk) => createRouterClient(router, { context: { desk } });

/** Resolves once a job is done. Throws an Error where it failed. */
export async function ended(client: Client, job: number): Promise<void> {
  for (;;) {
    const { state, problem } = await client.jobs.get({ job });
    if (state === 'done') return;
    if (state === 'failed') throw new Error(problem?.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Milliseconds that it takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(0.95 * sorted.length)] ?? NaN;
}
