/** Whose scores the queue shows, and what they say: a setting of the workspace, so that it is the same when it is opened again. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { bitsOf } from '../queue/columns.ts';
import type { QueueModel } from '../queue/live-queue.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { WriterClient } from '../writer/client.ts';
import { baseSetting } from './explainer.ts';
import { judgeOf } from './judge.ts';
import { verdictOf } from './verdict.ts';

/** Name of the setting that says which revision's queue is shown. */
const QUEUE_REVISION = 'queue.revision';
/** … and which one's scores stand in until it has read everything. */
const PREVIOUS_REVISION = 'queue.previous';

/** The revision whose queue is shown; null while nothing has been scored. */
export const shownRevision = (store: Store): Revision | null => storedRevision(store, QUEUE_REVISION);

/** What the queue is made from: the scores of one revision, and those of the one before where it has not read yet. */
export function queueModelOf(store: Store): QueueModel | null {
  const revision = shownRevision(store);
  const previous = storedRevision(store, PREVIOUS_REVISION);
  return revision && modelOf(store, revision, previous && modelOf(store, previous, null));
}

/** Shows the queue of `revision` from now on, and in place of scores that it has not made yet those of `before`. */
export async function showRevision(
  writer: WriterClient,
  revision: Revision,
  base: string,
  before: Revision | undefined,
): Promise<void> {
  if (before !== undefined && before.id !== revision.id)
    await writer.write('setSetting', { name: PREVIOUS_REVISION, value: before.id });
  await writer.write('setSetting', { name: baseSetting(revision.base.sha256), value: resolve(base) });
  await writer.write('setSetting', { name: QUEUE_REVISION, value: revision.id });
  await writer.write('seedLabels', { names: revision.labels, fine: revision.fineLabel });
}

function storedRevision(store: Store, setting: string): Revision | null {
  const id = store.settings.get(setting, z.int());
  return (id === undefined ? undefined : store.revisions.get(id)) ?? null;
}

function modelOf(store: Store, revision: Revision, previous: QueueModel | null): QueueModel {
  const judge = judgeOf(store, revision);
  const other = judge.neutralLabel === null ? 0 : judge.labels.findIndex((label) => label !== judge.neutralLabel);
  return {
    revision,
    previous,
    judge,
    predict: (probabilities) => {
      const { label, labels } = verdictOf(judge, probabilities);
      return bitsOf((labels ?? [label]).map((name) => judge.labels.indexOf(name ?? '')));
    },
    threshold: judge.thresholds[Math.max(0, other)] ?? 0.5,
  };
}
