/** Merging signed files, as a job: all are checked first, then all are taken in at once. */
import type { z } from 'zod';
import type { MergeStart } from '../contract/jobs.ts';
import type { RunHooks } from '../jobs/runner.ts';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { locate } from './locate.ts';
import type { Merged } from './merge.ts';
import { type SignedChain, readSigned } from './signed-file.ts';

export interface MergeReport extends Omit<Merged, 'items'> {
  /** messages whose review may be another now */
  readonly items: number;
  /** links about messages, or texts, that are not here yet */
  readonly waiting: number;
  /** messages that reviewers see differently, and nobody has settled */
  readonly disagreeing: number;
}

/** A file twice, or again after a crash, changes nothing. @throws DeskError bad-input, conflict, cancelled */
export async function mergeJob(
  store: Store,
  writer: WriterClient,
  { paths }: z.infer<typeof MergeStart>,
  { signal, onProgress }: RunHooks,
  onItems: (items: readonly number[]) => void,
): Promise<MergeReport> {
  const chains: SignedChain[] = [];
  let before = 0;
  for (const path of paths) {
    const onLine = (lines: number): void =>
      onProgress({ doing: 'Checking', done: before + lines, total: null, unit: 'links' });
    const chain = await readSigned(path, Date.now(), { signal, onLine });
    before += chain.links.length;
    chains.push(chain);
  }
  onProgress({ doing: 'Merging', done: before, total: before, unit: 'links' });
  const { found, looked } = await locate(store, wantedBy(store, chains), 0, signal);
  const { items, ...merged } = await writer.write('merge', { chains, found, looked }, { urgent: false });
  onItems(items);
  return {
    ...merged,
    items: items.length,
    waiting: store.waitingLinks.count,
    disagreeing: store.reviews.disagreeing,
  };
}

/** What links name, those that wait already too. */
function wantedBy(store: Store, chains: readonly SignedChain[]): ReadonlySet<string> {
  const wanted = new Set(store.waitingLinks.list().map(({ identity }) => identity));
  for (const { links } of chains)
    for (const { read } of links) {
      if ('item' in read.deed) wanted.add(read.deed.item);
      if (read.deed.kind === 'erase') for (const identity of read.deed.items) wanted.add(identity);
    }
  return wanted;
}
