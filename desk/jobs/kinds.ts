/**
 * What each kind of job does, and what it changes that is seen elsewhere. What a job is made of is read from the disk when
 * the first one of its kind runs: the desk is there sooner.
 */
import { resolve } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { ExplanationsReport } from '../contract/explanations.ts';
import type { FunctionalReport } from '../contract/functional.ts';
import type { Start } from '../contract/jobs.ts';
import type { Event, State } from '../contract/workspace.ts';
import type { EvidenceReport } from '../evidence/evidence-job.ts';
import type { AuditReport } from '../evidence/report-job.ts';
import type { ExportReport } from '../exporters/export-job.ts';
import type { SignReport } from '../exporters/signed-decisions.ts';
import type { SpawnEngine } from '../engine/process.ts';
import type { ImportReport } from '../importers/report.ts';
import type { Places } from '../models/places.ts';
import type { OpineReport } from '../opinion/opine-job.ts';
import type { LiveQueue } from '../queue/live-queue.ts';
import type { Page, Place } from '../queue/page.ts';
import type { Searches } from '../queue/searches.ts';
import type { RetrainReport } from '../retrain/retrain-job.ts';
import type { MergeReport } from '../review/merge-job.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Supervisor } from '../supervisor.ts';
import { STATUSES } from '../review/status.ts';
import { queueModelOf } from '../triage/queue-model.ts';
import type { ScoreReport } from '../triage/score-job.ts';
import type { WriterClient } from '../writer/client.ts';
import type { Precedence } from '../precedence.ts';
import type { JobKind } from './runner.ts';

export interface JobSetting {
  readonly workspace: Workspace;
  readonly writer: WriterClient;
  /** another way to the writer, for a thread of its own. @throws WorkspaceError where nothing can be written */
  readonly connect: () => MessagePort;
  readonly precedence: Precedence;
  readonly queue: LiveQueue;
  readonly searches: Searches;
  /** resolves once the queue's columns are read */
  readonly loaded: () => Promise<void>;
  readonly supervisor: Supervisor;
  readonly places: Places;
  /** starts the engine of second opinions */
  readonly spawnOpinions?: SpawnEngine;
  readonly tell: (event: Event) => void;
  /** what was written about some items shows in the queue, and is told */
  readonly state: () => State;
}

/** What comes of a job that ended well. */
export interface JobReports {
  readonly import: ImportReport;
  readonly export: ExportReport;
  readonly evidence: EvidenceReport;
  readonly report: AuditReport;
  readonly retrain: RetrainReport;
  readonly opine: OpineReport;
  readonly functional: FunctionalReport;
  readonly explanations: ExplanationsReport;
  readonly score: ScoreReport;
  readonly sign: SignReport;
  readonly merge: MergeReport;
}

/** Ids of what nobody decided, the most uncertain first, read page by page. */
function* undecided(queue: LiveQueue): Generator<number, void, void> {
  const statuses = STATUSES.filter((status) => status !== 'decided');
  for (let after: Place | null = null; ;) {
    const page: Page = queue.page({ statuses }, 'uncertain', UNDECIDED_PAGE, after);
    yield* page.items;
    if (page.next === null) return;
    after = page.next;
  }
}

const UNDECIDED_PAGE = 500;

type Kinds = { readonly [K in Start['kind']]: JobKind<Extract<Start, { kind: K }>, JobReports[K]> };

export function jobKinds(setting: JobSetting): Kinds {
  const { workspace, writer, connect, precedence, queue, searches, supervisor, places, tell, state } = setting;
  const target = { store: workspace, writer, supervisor, places };
  const follow = (items: readonly number[]): void => {
    void queue.follow(items).then(() => tell({ kind: 'items', items: [...items] }));
  };
  return {
    import: {
      lane: 'reading',
      run: async (start, hooks) => {
        const { importJob } = await import('../importers/import-job.ts');
        const { placeWaitingLinks } = await import('../review/locate.ts');
        const data = {
          writer: connect(),
          precedence: precedence.shared,
          path: workspace.path,
          key: workspace.key,
          start,
          since: hooks.since,
        };
        const report = await importJob(data, hooks, (touched) => {
          searches.change();
          follow(touched);
        });
        await queue.follow(await placeWaitingLinks(workspace, writer, hooks.signal));
        tell({ kind: 'items', items: null });
        return report;
      },
    },
    export: {
      lane: 'writing',
      run: async (start, hooks) => {
        const { exportJob } = await import('../exporters/export-job.ts');
        return await exportJob(workspace, start, hooks);
      },
    },
    sign: {
      lane: 'writing',
      run: async (start, hooks) => {
        const { signJob } = await import('../exporters/signed-decisions.ts');
        return await signJob(workspace, start, hooks);
      },
    },
    merge: {
      lane: 'writing',
      run: async (start, hooks) => {
        const { mergeJob } = await import('../review/merge-job.ts');
        return await mergeJob(workspace, writer, start, hooks, follow);
      },
    },
    evidence: {
      lane: 'writing',
      run: async (start, hooks) => {
        const { evidenceJob } = await import('../evidence/evidence-job.ts');
        return await evidenceJob(workspace, writer, start, hooks);
      },
    },
    report: {
      lane: 'writing',
      run: async (start, hooks) => {
        const { reportJob } = await import('../evidence/report-job.ts');
        return await reportJob(workspace, start, hooks);
      },
    },
    retrain: {
      lane: 'engine',
      run: async (start, hooks) => {
        const { retrainJob } = await import('../retrain/retrain-job.ts');
        const setting = { ...target, key: workspace.key, undecided: () => queue.mostUncertain() };
        return await retrainJob(setting, start, hooks);
      },
    },
    opine: {
      lane: 'engine',
      run: async (start, hooks) => {
        const { opineJob } = await import('../opinion/opine-job.ts');
        return await opineJob(
          {
            ...target,
            spawn: setting.spawnOpinions,
            uncertain: async () => {
              await setting.loaded();
              return undecided(queue);
            },
            onItems: (items) => tell({ kind: 'items', items: [...items] }),
            onNotice: (message) => tell({ kind: 'notice', message }),
          },
          start,
          hooks,
        );
      },
    },
    functional: {
      lane: 'engine',
      run: async (start, hooks) => {
        const { functionalJob } = await import('../insight/functional/functional-job.ts');
        return await functionalJob(target, start, hooks);
      },
    },
    explanations: {
      lane: 'engine',
      run: async (_start, hooks) => {
        const { explanationsJob } = await import('../insight/explanations/explanations-job.ts');
        await setting.loaded();
        await queue.caughtUp;
        return await explanationsJob({ ...target, queue }, hooks);
      },
    },
    score: {
      lane: 'engine',
      run: async (start, hooks) => {
        const { score } = await import('../triage/score-job.ts');
        const { driftsOf, readSources } = await import('../insight/drifts.ts');
        const before = setting.loaded().then(
          () => readSources(queue.columns),
          () => new Set<number>(),
        );
        const report = await score(
          {
            ...target,
            drifted: async () => {
              await queue.caughtUp;
              const known = await before;
              const notices = driftsOf(queue.columns, workspace.sources.list()).flatMap(({ source, notice }) =>
                notice === null || known.has(source.id) ? [] : [notice],
              );
              for (const message of notices) tell({ kind: 'notice', message });
              return notices;
            },
            onRevision: async (revision, base, by) => {
              const before = queue.model?.revision;
              await writer.write('readWith', { revision: revision.id, base: resolve(base), by });
              if (before?.id === revision.id) return new Uint32Array();
              const first = queue.mostUncertain();
              await queue.load(queueModelOf(workspace));
              tell({ kind: 'state', state: state() });
              return first;
            },
            flagged: () => queue.flagged(),
            onForecast: (forecast) => tell({ kind: 'forecast', forecast }),
            onItems: follow,
            onProvisional: (leaders, done, total) => tell({ kind: 'provisional', leaders: [...leaders], done, total }),
          },
          start,
          hooks,
        );
        await queue.caughtUp;
        return report;
      },
    },
  };
}
