import type { z } from 'zod';
import { type Explanations, ExplanationsReport } from '../contract/explanations.ts';
import { type Functional, FunctionalReport } from '../contract/functional.ts';
import type { Opened } from '../opened.ts';
import { DeskError } from '../errors.ts';
import { LEAST_AUDIT_ITEMS, weigh } from '../insight/audit-sample.ts';
import { calibrationOf } from '../insight/calibration.ts';
import { conformalThresholds } from '../insight/conformal.ts';
import { driftsOf } from '../insight/drifts.ts';
import { countFrom, histogramOf } from '../insight/histogram.ts';
import { judgedOf, type Judged } from '../insight/judged.ts';
import { naiveTable, thresholdTable, THRESHOLDS } from '../insight/thresholds.ts';
import { volumesOf } from '../insight/volumes.ts';
import type { QueueModel } from '../queue/live-queue.ts';
import { door } from './door.ts';

export const insightCalls = {
  thresholds: door.insights.thresholds.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    const { threshold } = await modelOf(opened);
    const { columns } = opened.queue;
    const judged = judgedOf(columns, opened.workspace);
    const { scores, waiting, aside, audited, urgent } = judged;
    const asked = input.threshold === undefined ? [] : [input.threshold];
    const thresholds = [...new Set([...THRESHOLDS, threshold, ...asked])].sort((a, b) => a - b);
    return {
      threshold,
      read: scores.length,
      waiting,
      aside,
      audit: auditOf(judged),
      histogram: [...histogramOf(columns)],
      rows: [...thresholdTable(audited, scores, thresholds, aside)],
      urgent: { decided: urgent.length, rows: [...naiveTable(urgent, thresholds)] },
    };
  }),

  calibration: door.insights.calibration.handler(async ({ context }) => {
    const { opened } = context.desk;
    await modelOf(opened);
    const judged = judgedOf(opened.queue.columns, opened.workspace);
    const weighed = weigh(judged.audited, judged.scores, judged.aside);
    const found = calibrationOf(weighed);
    const plain = <T extends { readonly bins: readonly object[] }>(reading: T) => ({
      ...reading,
      bins: [...reading.bins] as T['bins'][number][],
    });
    return {
      audit: auditOf(judged),
      reliability: found && { ...found, asIs: plain(found.asIs), calibrated: plain(found.calibrated) },
      conformal: conformalThresholds(weighed).map((row) => ({
        ...row,
        flagged: row.threshold === null ? null : countFrom(judged.scores, row.threshold),
      })),
    };
  }),

  drift: door.insights.drift.handler(async ({ context }) => {
    const { opened } = context.desk;
    await modelOf(opened);
    const drifts = driftsOf(opened.queue.columns, opened.workspace.sources.list());
    return drifts.map((drift) => ({ ...drift, bars: [...drift.bars] }));
  }),

  volumes: door.insights.volumes.handler(async ({ context, input }) => {
    const { opened } = context.desk;
    const { threshold } = await modelOf(opened);
    const used = input.threshold ?? threshold;
    const names = new Map(opened.workspace.channels.list().map(({ id, name }) => [id, name]));
    return {
      threshold: used,
      channels: volumesOf(opened.queue.columns, used).map(({ channel, days, ...counts }) => ({
        id: channel,
        name: names.get(channel) ?? '',
        ...counts,
        days: [...days],
      })),
    };
  }),

  functional: door.insights.functional.handler(({ context }) => lastAudit(context.desk.opened)),

  explanations: door.insights.explanations.handler(({ context }) => lastTest(context.desk.opened)),
};

/** Of another version of this program where it does not parse. */
function lastAudit({ workspace }: Opened): z.infer<typeof Functional> {
  const last = workspace.jobs.lastDone('functional');
  const report = last && FunctionalReport.safeParse(last.report).data;
  return last && report ? { made: last.updatedAt, report } : null;
}

/** … and likewise. */
function lastTest({ workspace, queue }: Opened): z.infer<typeof Explanations> {
  const last = workspace.jobs.lastDone('explanations');
  const report = last && ExplanationsReport.safeParse(last.report).data;
  if (last === undefined || report === undefined) return null;
  return { made: last.updatedAt, report, outdated: queue.model?.revision.id !== report.model.revision };
}

/** The model whose scores the queue shows, once they are read. @throws DeskError nothing-to-do */
async function modelOf(opened: Opened): Promise<QueueModel> {
  await opened.loaded;
  const { model } = opened.queue;
  if (model !== null) return model;
  throw new DeskError('nothing-to-do', 'No model has read this workspace yet.', 'Score it first.');
}

const auditOf = ({ drawn, audited }: Judged) => ({
  drawn,
  decided: audited.length,
  positives: audited.filter(({ positive }) => positive).length,
  least: LEAST_AUDIT_ITEMS,
});
