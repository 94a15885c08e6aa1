/** A workspace that is open, with all that works on it. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { jobKinds, type JobSetting } from './jobs/kinds.ts';
import { JobRunner } from './jobs/runner.ts';
import { LiveQueue } from './queue/live-queue.ts';
import { Searches } from './queue/searches.ts';
import { WorkspaceError } from './store/errors.ts';
import { saltOf } from './store/header.ts';
import type { WorkspaceLock } from './store/lock.ts';
import { SALT_BYTES, type Secret, keyOf } from './store/secret.ts';
import { ONLY_READ, Workspace } from './store/workspace.ts';
import { Explainer } from './triage/explainer.ts';
import { queueModelOf } from './triage/queue-model.ts';
import { WriterClient } from './writer/client.ts';
import { Writer } from './writer/writer.ts';

export interface Opened {
  readonly workspace: Workspace;
  readonly writer: WriterClient;
  readonly queue: LiveQueue;
  readonly searches: Searches;
  readonly jobs: JobRunner;
  readonly explainer: Explainer;
  readonly lock: WorkspaceLock;
  /** ends the thread that writes; what was handed over is written first */
  readonly stop: () => Promise<void>;
  /** resolves once the queue's columns are read */
  readonly loaded: Promise<void>;
  loading: boolean;
  readonly closing: AbortController;
  /** it was made when it was opened */
  readonly isNew: boolean;
}

/** Opens a workspace, or makes it; a new one is encrypted where a passphrase is given. */
export async function workspaceOf(file: string, isNew: boolean, secret: Secret | undefined): Promise<Workspace> {
  if (isNew) {
    if (secret === undefined) return Workspace.create(file);
    const salt = randomBytes(SALT_BYTES);
    return Workspace.create(file, { key: await keyOf(secret, salt), salt });
  }
  const salt = saltOf(file);
  const options = salt === null || secret === undefined ? {} : { key: await keyOf(secret, salt) };
  try {
    return Workspace.open(file, options);
  } catch (error) {
    if (!(error instanceof WorkspaceError && error.kind === 'newer-version')) throw error;
    return Workspace.openNewer(file, options);
  }
}

/** Of the desk, for what works on a workspace. */
type Around = Pick<JobSetting, 'supervisor' | 'places' | 'spawnOpinions' | 'precedence' | 'tell' | 'state'>;

/** Starts all that works on a workspace; its queue is being read, and jobs wait for `JobRunner.goOn`. */
export function startWork(workspace: Workspace, lock: WorkspaceLock, isNew: boolean, around: Around): Opened {
  const { precedence, supervisor, places, tell } = around;
  const own = workspace.isReadOnly ? null : Writer.of(workspace, precedence);
  workspace.onlyRead();
  const writer = own ?? WriterClient.refusing(workspace.path, onlyRead(workspace.path));
  const queue = new LiveQueue(workspace, queueModelOf(workspace), precedence);
  const closing = new AbortController();
  const loaded = queue.load(queue.model, closing.signal);
  const searches = new Searches(workspace);
  const connect = (): MessagePort => {
    if (own !== null) return own.connect();
    throw onlyRead(workspace.path);
  };
  const kinds = jobKinds({ ...around, workspace, writer, connect, queue, searches, loaded: () => loaded });
  return {
    workspace,
    writer,
    stop: async () => await own?.[Symbol.asyncDispose](),
    queue,
    searches,
    jobs: new JobRunner(workspace, writer, kinds, (job) => tell({ kind: 'job', job })),
    explainer: new Explainer(workspace, supervisor, places),
    lock,
    loaded,
    loading: true,
    closing,
    isNew,
  };
}

const onlyRead = (file: string): WorkspaceError =>
  new WorkspaceError('newer-version', file, `${basename(file)} was made by a newer Moderato.`, ONLY_READ);

/** Pages of the queue that are written at a time. */
const PAGES_TOGETHER = 32;

/**
 * Keeps the queue's columns, so that the workspace opens fast the next time. That they cannot be kept, because the disk is
 * full, is no reason not to close.
 */
export async function keepQueue({ workspace, writer, queue, loading }: Opened): Promise<void> {
  if (loading || workspace.isReadOnly) return;
  const model = queue.pagesOf;
  try {
    // What was written before this has been answered once this is, so that the columns know of it.
    await writer.write('keepQueuePages', { model });
    await queue.caughtUp;
    const pages = queue.pagesToKeep();
    for (let at = 0; at < pages.length; at += PAGES_TOGETHER)
      await writer.write('putQueuePages', { model, pages: pages.slice(at, at + PAGES_TOGETHER) });
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
  }
}
