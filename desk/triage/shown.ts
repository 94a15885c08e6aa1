/** Which revision's queue is shown, and which ones were before: settings of the workspace, so that all is the same when it is opened again. */
import { z } from 'zod';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';

/** Name of the setting that says which revision's queue is shown. */
const QUEUE_REVISION = 'queue.revision';
/** … which one's scores stand in until it has read everything … */
const PREVIOUS_REVISION = 'queue.previous';
/** … and which ones were shown before it, the latest last. */
const HISTORY = 'queue.history';
/** Revisions of the history; older ones stay in the list of revisions. */
const KEPT = 100;

/** Name of the setting that says where a base model lay when it was used last. */
export const baseSetting = (sha256: string): string => `base.${sha256}`;

/** The revision whose queue is shown; null while nothing has been scored. */
export const shownRevision = (store: Store): Revision | null => storedRevision(store, QUEUE_REVISION);

/** The one whose scores stand in where that has none yet. */
export const previousRevision = (store: Store): Revision | null => storedRevision(store, PREVIOUS_REVISION);

/** The revision to go back to; null where there was none before. */
export function revisionBefore(store: Store): Revision | null {
  const id = historyOf(store).at(-1);
  return (id === undefined ? undefined : store.revisions.get(id)) ?? null;
}

/** Shows the queue of `revision` from now on. Runs in the writer. @param base path of its base model */
export function show(store: Store, revision: Revision, base: string): void {
  const before = shownRevision(store);
  if (before !== null && before.id !== revision.id)
    store.settings.set(HISTORY, [...historyOf(store), before.id].slice(-KEPT));
  setShown(store, before, revision);
  store.settings.set(baseSetting(revision.base.sha256), base);
}

/** Shows the one before again, and forgets that it was left. Runs in the writer. @returns it; null where there was none */
export function showBefore(store: Store): Revision | null {
  const before = revisionBefore(store);
  if (before === null) return null;
  const now = shownRevision(store);
  store.settings.set(HISTORY, historyOf(store).slice(0, -1));
  setShown(store, now, before);
  return before;
}

function setShown(store: Store, now: Revision | null, next: Revision): void {
  if (now !== null && now.id !== next.id) store.settings.set(PREVIOUS_REVISION, now.id);
  store.settings.set(QUEUE_REVISION, next.id);
}

const historyOf = (store: Store): readonly number[] => store.settings.get(HISTORY, z.array(z.int())) ?? [];

function storedRevision(store: Store, setting: string): Revision | null {
  const id = store.settings.get(setting, z.int());
  return (id === undefined ? undefined : store.revisions.get(id)) ?? null;
}
