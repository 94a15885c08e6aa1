/** What the queue is made from: whose scores it shows, and what they say. */
import { bitsOf } from '../queue/columns.ts';
import type { QueueModel } from '../queue/live-queue.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import { judgeOf, thresholdOf } from './judge.ts';
import { previousRevision, shownRevision } from './shown.ts';
import { verdictOf } from './verdict.ts';

/** The scores of one revision, and those of the one before where it has not read yet. */
export function queueModelOf(store: Store): QueueModel | null {
  const revision = shownRevision(store);
  const previous = previousRevision(store);
  return revision && modelOf(store, revision, previous && modelOf(store, previous, null));
}

function modelOf(store: Store, revision: Revision, previous: QueueModel | null): QueueModel {
  const judge = judgeOf(store, revision);
  return {
    revision,
    previous,
    judge,
    predict: (probabilities) => {
      const { label, labels } = verdictOf(judge, probabilities);
      return bitsOf((labels ?? [label]).map((name) => judge.labels.indexOf(name ?? '')));
    },
    threshold: thresholdOf(judge),
  };
}
