/** Merging signed files, as a job: all are checked first, then taken in piece by piece. */
import type { z } from 'zod';
import type { MergeStart } from '../contract/jobs.ts';
import type { RunHooks } from '../jobs/runner.ts';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { locate, written } from './locate.ts';
import { type Merged, mergePieces } from './merge.ts';
import { type SignedChain, readSigned } from './signed-file.ts';

export interface MergeReport extends Omit<Merged, 'items'> {
  /** messages whose review may be another now */
  readonly items: number;
  /** links about messages, or texts, that are not here yet */
  readonly waiting: number;
  /** messages that reviewers see differently, and nobody has settled */
  readonly disagreeing: number;
}

/** A file twice, or again after a crash or a stop on the way, brings what is missing. @throws DeskError bad-input, conflict, cancelled */
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
  onProgress({ doing: 'Merging', done: 0, total: before, unit: 'links' });
  const { found, looked } = await locate(store, wantedBy(store, chains), 0, signal);
  const { items, ...merged } = await written(writer, mergePieces(store, { chains, found, looked }), {
    signal,
    onItems,
    onLinks: (links) => onProgress({ doing: 'Merging', done: links, total: before, unit: 'links' }),
  });
  return {
    ...merged,
    items: items.size,
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
