/** The main job: exports in, every message scored, the ranked queue in the workspace. Knows nothing of terminals. */
import { existsSync, rmSync } from 'node:fs';
import type { SessionInfo } from '../../engine/contract.ts';
import type { EngineSession } from '../engine/session.ts';
import { importFrom, type ImportOptions, type OpenExport } from '../importers/job.ts';
import type { ImportProgress, ImportReport } from '../importers/report.ts';
import type { ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Revision } from '../store/revisions.ts';
import { Workspace } from '../store/workspace.ts';
import type { Supervisor } from '../supervisor.ts';
import { firstLook, measuresFirst, openPlainly } from './first-look.ts';
import { Leading, type Leader } from './leading.ts';
import { openModel, revisionOf, WorkspaceScoring, type ScoringHooks } from './scoring.ts';

/** Name of the setting that says which revision's queue is shown. */
export const QUEUE_REVISION = 'queue.revision';

export interface TriageInput {
  readonly paths: readonly string[];
  readonly open: OpenExport;
  readonly reading: ImportOptions;
  readonly chosen: ChosenModel;
  readonly deterministic: boolean;
  /** also read messages in languages that the adapter was not measured on */
  readonly anyLanguage: boolean;
  /** entries of the provisional list */
  readonly leaders: number;
}

export interface TriageHooks {
  readonly signal?: AbortSignal;
  readonly onImport?: (progress: ImportProgress) => void;
  /** the import is done and the model is being opened */
  readonly onOpening?: () => void;
  /** `total`: messages that had no score when scoring began */
  readonly onScoring?: (done: number, total: number) => void;
  /** the highest scores so far; the first `done` of `total` messages were drawn at random */
  readonly onProvisional?: (leaders: readonly Leader[], done: number, total: number) => void;
}

export interface TriageReport {
  readonly imported: ImportReport;
  readonly revision: Revision;
  /** null where there was nothing left to score */
  readonly engine: SessionInfo | null;
  /** messages that this run scored or set aside */
  readonly scored: number;
  /** messages that had been scored before */
  readonly before: number;
  readonly seconds: { readonly opening: number; readonly scoring: number };
}

/** The job was stopped by its signal; everything up to there is kept in the workspace. */
export class TriageStopped extends Error {
  override readonly name = 'TriageStopped';
  readonly rows: number;
  readonly scored: number;
  readonly total: number;

  constructor(rows: number, scored: number, total: number) {
    super('The triage was stopped.');
    this.rows = rows;
    this.scored = scored;
    this.total = total;
  }
}

/** A random part of this many messages goes first, in pieces, until one of the two is reached. */
const SAMPLE = { messages: 512, piece: 64, seconds: 1.5 } as const;

/** Messages that are read before anything is measured. */
const FIRST_LOOK = 32;

/**
 * Runs the whole job on an open workspace.
 * @throws WorkspaceError, EngineCallError, EngineFailed; TriageStopped when the signal aborts
 */
export async function triage(
  workspace: Workspace,
  supervisor: Supervisor,
  places: Places,
  input: TriageInput,
  hooks: TriageHooks = {},
): Promise<TriageReport> {
  const { signal } = hooks;
  // The model is opened beside the import. Measuring its layouts is not for then: an import would disturb it.
  const measures = hooks.onProvisional !== undefined && !input.deterministic && measuresFirst(places);
  const early = measures
    ? openPlainly(supervisor, input.chosen, signal)
    : openModel(supervisor, places, input.chosen, input, signal);
  // What went wrong with it is told when it is needed.
  early.catch(() => {});
  const imported = await importFrom(input.open, workspace, input.paths, input.reading, {
    ...(hooks.onImport && { onProgress: hooks.onImport }),
    ...(signal && { signal }),
  });
  const revision = revisionOf(workspace, input.chosen);
  const waiting = workspace.items.countUnscored(revision.id);
  const before = workspace.counts.revision(revision.id).scored;
  try {
    signal?.throwIfAborted();
    const nothing = { engine: null, scored: 0, seconds: { opening: 0, scoring: 0 } };
    const session = async (): Promise<EngineSession> => {
      if (!measures) return await early;
      await using plain = await early;
      const leaders = await firstLook(workspace, plain, revision, FIRST_LOOK, signal);
      hooks.onProvisional?.(leaders.slice(0, input.leaders), Math.min(FIRST_LOOK, waiting), waiting);
      return await openModel(supervisor, places, input.chosen, input, signal);
    };
    const done = waiting === 0 ? nothing : await scoreAll(workspace, session, input, revision, hooks);
    workspace.settings.set(QUEUE_REVISION, revision.id);
    return { imported, revision, before, ...done };
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    const { waiting: left } = workspace.counts.revision(revision.id);
    throw new TriageStopped(imported.total.rows, Math.max(0, waiting - left), waiting);
  }
}

type Scoring = Pick<TriageReport, 'engine' | 'scored' | 'seconds'>;

async function scoreAll(
  workspace: Workspace,
  open: () => Promise<EngineSession>,
  input: TriageInput,
  revision: Revision,
  hooks: TriageHooks,
): Promise<Scoring> {
  const { signal } = hooks;
  const total = workspace.items.countUnscored(revision.id);
  hooks.onOpening?.();
  const opened = performance.now();
  await using session = await open();
  const opening = secondsSince(opened);
  const started = performance.now();
  const scoring = new WorkspaceScoring(workspace, session, input.chosen.adapter, revision, input);
  const leading = new Leading(input.leaders);
  const behind = (from: number): ScoringHooks => ({
    signal,
    onProgress: (done) => hooks.onScoring?.(from + done, total),
    onScored: (scores, done) => {
      for (const score of scores) leading.offer(score);
      hooks.onProvisional?.(leading.list(), from + done, total);
    },
  });
  hooks.onScoring?.(0, total);
  let scored = 0;
  while (scored < Math.min(total, SAMPLE.messages) && secondsSince(started) < SAMPLE.seconds) {
    const done = await scoring.sample(SAMPLE.piece, behind(scored));
    if (done === 0) break;
    scored += done;
  }
  scored += await scoring.rest(behind(scored));
  return { engine: session.info, scored, seconds: { opening, scoring: secondsSince(started) } };
}

export interface OpenedWorkspace extends Disposable {
  readonly workspace: Workspace;
}

/**
 * Opens or makes a workspace; one that was made here and is still empty at the end leaves no file behind.
 * @param make false: it must be there
 * @throws WorkspaceError
 */
export function openForImport(path: string, { make = true }: { readonly make?: boolean } = {}): OpenedWorkspace {
  const made = make && !existsSync(path);
  const workspace = make ? Workspace.openOrCreate(path) : Workspace.open(path);
  return {
    workspace,
    [Symbol.dispose]: () => {
      const empty = made && workspace.sources.list().length === 0;
      workspace.close();
      if (!empty) return;
      for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true });
    },
  };
}

const secondsSince = (started: number): number => Math.round(performance.now() - started) / 1000;
