/** What stands behind the door, call by call. */
import { auditCalls } from './audit.ts';
import { doctorCalls } from './doctor.ts';
import { door } from './door.ts';
import { evidenceCalls } from './evidence.ts';
import { events } from './events.ts';
import { importCalls } from './imports.ts';
import { insightCalls } from './insights.ts';
import { jobCalls } from './jobs.ts';
import { modelCalls } from './models.ts';
import { labelCalls, policyCalls, reviewerCalls } from './policies.ts';
import { queueCalls } from './queue.ts';
import { reviewCalls } from './review.ts';
import { revisionCalls } from './revisions.ts';
import { sourceCalls } from './sources.ts';
import { preferenceCalls, settingsCalls, workspaceCalls } from './workspace.ts';

export const router = door.router({
  workspace: workspaceCalls,
  jobs: jobCalls,
  imports: importCalls,
  queue: queueCalls,
  review: reviewCalls,
  sources: sourceCalls,
  policies: policyCalls,
  labels: labelCalls,
  reviewers: reviewerCalls,
  audit: auditCalls,
  insights: insightCalls,
  evidence: evidenceCalls,
  models: modelCalls,
  doctor: doctorCalls,
  revisions: revisionCalls,
  settings: settingsCalls,
  preferences: preferenceCalls,
  events,
});
