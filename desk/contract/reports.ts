/** What came of jobs, by their kind: the shape of `Job.report` once a job is done. Types alone; a window takes them from here. */
export type { JobReports } from '../jobs/kinds.ts';
