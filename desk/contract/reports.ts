/** What came of jobs, by their kind: the shape of `Job.report` once a job is done. Without a schema, so that a window can take it. */
import type { JobReports } from '../jobs/kinds.ts';
import type { Job } from './jobs.ts';

export type { JobReports };

/** What the desk itself wrote down. Null while the job is not done, and for one of another kind. */
export const reportOf = <K extends Job['kind']>(job: Job | undefined, kind: K): JobReports[K] | null =>
  job?.kind === kind && job.state === 'done' ? (job.report as unknown as JobReports[K]) : null;
