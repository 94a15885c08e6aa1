import { decodeAdapter } from '../../engine/adapter/file.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Judge } from './verdict.ts';

/** How verdicts of a revision are worded. Throws AdapterError where the stored adapter is damaged. */
export function judgeOf(store: Store, revision: Revision): Judge {
  const bytes = store.revisions.adapter(revision.id);
  if (bytes !== null) return decodeAdapter(bytes, { source: `${store.path}, revision ${revision.id}` });
  const { labels, fineLabel } = revision;
  const neutralLabel = fineLabel === null ? null : (labels[fineLabel] ?? null);
  return { task: 'multi-class', labels: [...labels], neutralLabel, thresholds: labels.map(() => 0.5) };
}

/** Score from which on the model says that something is wrong; of several labels the lowest of their thresholds. */
export function thresholdOf({ labels, neutralLabel, thresholds }: Judge): number {
  const others = thresholds.filter((_, i) => labels[i] !== neutralLabel);
  return others.length === 0 ? 0.5 : Math.min(...others);
}
