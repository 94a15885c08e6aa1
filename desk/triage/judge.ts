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
