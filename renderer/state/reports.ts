/** What came of a job, as the desk wrote it down. */
import type { Job } from '../../desk/contract/jobs.ts';
import type { JobReports } from '../../desk/contract/reports.ts';

/** Null while the job is not done, and for one of another kind. */
export const reportOf = <K extends Job['kind']>(job: Job | undefined, kind: K): JobReports[K] | null =>
  job?.kind === kind && job.state === 'done' ? (job.report as unknown as JobReports[K]) : null;
