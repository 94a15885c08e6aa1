/** Options of the verbs that read exports, and what an import has to say to a person. */
import type { Job } from '../desk/contract/jobs.ts';
import type { ImportReport, SourceReport } from '../desk/importers/report.ts';
import type { ColumnMapping, DayMonth } from '../desk/importers/source.ts';
import type { VerbDesk } from './desk.ts';
import { count, counted } from './terminal/figures.ts';
import { kindsInWords } from './terminal/summary.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Progress } from './terminal/progress.ts';
import type { Screen } from './terminal/screen.ts';

export interface ReadingOptions {
  readonly map?: ColumnMapping | undefined;
  readonly order?: DayMonth | undefined;
}

/** Imports through the desk, and gives its report. @throws NotDone, Interrupted */
export async function imported(
  desk: VerbDesk,
  paths: readonly string[],
  { map, order }: ReadingOptions,
  progress: Progress,
): Promise<ImportReport> {
  return await desk.run(
    {
      kind: 'import',
      paths: [...paths],
      ...(map && { columns: map }),
      ...(order !== undefined && { dates: order }),
    },
    (event) => {
      if (event.kind === 'job' && event.job.state === 'running') showJob(progress, event.job);
    },
  );
}

/** Shows how far a job is. */
export function showJob(progress: Progress, { doing, done, total, unit, secondsLeft }: Job): void {
  if (doing === '') return;
  progress.update({ what: doing, done, total: total ?? 0, unit, ...(secondsLeft !== null && { secondsLeft }) });
}

/** Whether something that was named could not be read, or not to its end. */
export function isIncomplete({ failed, sources }: ImportReport): boolean {
  return failed.length > 0 || sources.some(({ status, problem }) => status === 'partial' || problem !== null);
}

/** One line per source on standard error: what it is and what was in it; then what went wrong. */
export function noteImport(screen: Screen, report: ImportReport): void {
  for (const source of report.sources) {
    screen.note(sourceLine(source));
    for (const warning of source.warnings) screen.note(`  ${safeLine(warning)}`);
    if (source.problem !== null) screen.note(`  ${screen.style('red', safeLine(source.problem.message), screen.err)}`);
  }
  for (const { path, reason, nearMiss } of report.skipped) {
    if (nearMiss) screen.note(`Not imported: ${safeLine(path)}: ${safeLine(reason)}`);
  }
  for (const { message } of report.failed) {
    screen.note(`${screen.style('red', 'moderato:', screen.err)} ${safeLine(message)}`);
  }
}

function sourceLine({ path, member, format, rows, added, known, changed, counts, deleted }: SourceReport): string {
  const kinds = kindsInWords(counts);
  const parts = [
    kinds.length > 1 ? kinds.join(', ') : '',
    known > 0 ? `${count(added)} new, ${count(known)} already there` : '',
    changed > 0 ? `${count(changed)} changed` : '',
    deleted > 0 ? `${count(deleted)} deleted since` : '',
    counts.rejected > 0 ? `${counted(counts.rejected, 'row')} rejected` : '',
  ].filter((part) => part !== '');
  const name = member === '' ? path : `${path} (${member})`;
  return `${safeLine(name)}: ${format}, ${counted(rows, 'row')}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`;
}
