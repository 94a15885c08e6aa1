import type { NewSource } from '../store/sources.ts';
import { BatchBuilder } from '../store/loader/builder.ts';
import type { Loader } from '../writer/loader.ts';
import type { WriterClient } from '../writer/client.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import { ImportError } from './import-error.ts';
import { LanguageDetector } from './language.ts';
import {
  type FailedPath,
  type ImportProgress,
  type ImportReport,
  NO_OUTCOME,
  type Problem,
  type SourceReport,
  addOutcome,
} from './report.ts';
import type { SourceRow } from './record.ts';
import { openExport } from './registry.ts';
import { IMPORTER_VERSION, type ReadOptions, type Reading, type Skipped, type Source } from './source.ts';

/** What one path holds: its sources one after another, and what was looked at and not taken. */
export type OpenExport = (path: string, hooks: OpenHooks) => AsyncIterable<Source>;

export interface OpenHooks {
  readonly onSkipped: (skipped: Skipped) => void;
  readonly signal?: AbortSignal;
}

export interface ImportOptions {
  /** goes on with an import that was begun then: what it has read to its end is not read again */
  readonly since?: number;
  /** How to read a source, or null to leave it out; without it every source is read as it suggests itself. */
  readonly choose?: (source: Source) => ReadOptions | null | Promise<ReadOptions | null>;
}

export interface ImportHooks {
  readonly onProgress?: (progress: ImportProgress) => void;
  /** a batch is on the disk; `touched`: ids of items that were there before and look otherwise now */
  readonly onLoaded?: (touched: readonly number[]) => void;
  /** before every row; may stand still */
  readonly onRow?: () => void;
  readonly signal?: AbortSignal;
}

/** Where an import goes. */
export interface ImportTarget {
  readonly writer: WriterClient;
  /** of the workspace: pseudonyms depend on it */
  readonly key: Uint8Array;
}

/** Imports everything that lies at the given paths, recognised by its content; see `importFrom`. */
export async function importExports(
  target: ImportTarget,
  paths: readonly string[],
  options: ImportOptions = {},
  hooks: ImportHooks = {},
): Promise<ImportReport> {
  return await importFrom(openExport, target, paths, options, hooks);
}

/**
 * Imports everything in the sources that `open` finds. Nothing is doubled, whatever was imported before and however often; after a
 * crash the same call completes what is missing. A source that breaks off keeps what was read of it, and says so.
 * @throws WorkspaceError when the workspace cannot be written; what was committed stays
 */
export async function importFrom(
  open: OpenExport,
  { writer, key }: ImportTarget,
  paths: readonly string[],
  options: ImportOptions = {},
  hooks: ImportHooks = {},
): Promise<ImportReport> {
  const started = performance.now();
  const { signal } = hooks;
  const stopped = (): boolean => signal?.aborted === true;
  const skipped: Skipped[] = [];
  const failed: FailedPath[] = [];
  const sources: SourceReport[] = [];
  let total = { ...NO_OUTCOME, rows: 0 };
  await using loader = writer.loader();
  const work: Work = {
    writer,
    loader,
    builder: new BatchBuilder(key),
    languages: new LanguageDetector(),
    hooks,
    since: options.since ?? null,
    rowsBefore: 0,
  };
  for (const path of paths) {
    if (stopped()) break;
    let print: Fingerprint | undefined;
    const onSkipped = (entry: Skipped): void => void skipped.push(entry);
    try {
      for await (const source of open(path, { onSkipped, ...(signal && { signal }) })) {
        const readOptions = options.choose === undefined ? {} : await options.choose(source);
        if (readOptions === null) continue;
        if (print?.path !== source.path) print = await fingerprint(source.path, signal);
        const doubts =
          source.ask === null || options.choose !== undefined ? [] : [`${source.ask} It was read as ${source.format}.`];
        const report = await importSource(work, source, readOptions, print, doubts);
        sources.push(report);
        work.rowsBefore += report.rows;
        total = { ...addOutcome(total, { ...report, rejected: report.counts.rejected }), rows: work.rowsBefore };
        if (stopped()) break;
      }
    } catch (error) {
      if (stopped()) break;
      failed.push({ path, ...problemOf(error) });
    }
  }
  return { sources, skipped, failed, total, cancelled: stopped(), seconds: secondsSince(started) };
}

interface Work {
  readonly writer: WriterClient;
  readonly loader: Loader;
  readonly builder: BatchBuilder;
  readonly languages: LanguageDetector;
  readonly hooks: ImportHooks;
  /** sources that were read to their end since then are not read again */
  readonly since: number | null;
  rowsBefore: number;
}

async function importSource(
  work: Work,
  source: Source,
  options: ReadOptions,
  print: Fingerprint,
  doubts: readonly string[],
): Promise<SourceReport> {
  const started = performance.now();
  const { writer, loader, builder, hooks } = work;
  const { path, member, format } = source;
  const named: NewSource = {
    path,
    member,
    format: options.as ?? format,
    sha256: print.sha256,
    size: print.size,
    exportedAt: print.modified,
    importerVersion: IMPORTER_VERSION,
  };
  if (work.since !== null) {
    const done = await writer.write('sourceDone', { source: named, since: work.since }, { urgent: false });
    // It was this program that wrote it.
    if (done !== null) return done as SourceReport;
  }
  const begun = await writer.write('beginSource', named, { urgent: false });
  builder.begin(begun);
  const reading = source.read({ ...options, ...(hooks.signal && { signal: hooks.signal }) });
  const notRead = { empty: 0, 'media-only': 0 };
  let outcome = NO_OUTCOME;
  let problem: Problem | null = null;
  const send = async (): Promise<void> => {
    await loader.write(builder.take(), ({ touched, ...done }) => {
      outcome = addOutcome(outcome, done);
      hooks.onLoaded?.(touched);
    });
  };
  try {
    for await (const rows of reading) {
      for (const row of rows) {
        hooks.onRow?.();
        addRow(work, row, notRead);
        if (builder.full) await send();
      }
      hooks.onProgress?.(progressOf(source, reading, work.rowsBefore));
    }
  } catch (error) {
    // Trouble with the workspace ends the import; trouble with the source ends the source.
    loader.throwIfFailed();
    if (hooks.signal?.aborted !== true) problem = problemOf(error);
  }
  if (builder.pending) await send();
  await loader.drain();
  const { summary } = reading;
  const complete = problem === null && summary.complete && hooks.signal?.aborted !== true;
  const { rejected: _, ...items } = outcome;
  const report: SourceReport = {
    path,
    member,
    format: options.as ?? format,
    status: complete ? 'complete' : 'partial',
    rows: summary.rows,
    counts: { ...summary.counts },
    ...items,
    notRead,
    declared: summary.declared,
    warnings: [...source.notes, ...doubts, ...summary.warnings],
    problem,
    seconds: secondsSince(started),
  };
  await writer.write('finishSource', { id: begun.id, status: report.status, report }, { urgent: false });
  return report;
}

function addRow({ builder, languages }: Work, row: SourceRow, notRead: { empty: number; 'media-only': number }): void {
  if (row.status === 'rejected') {
    builder.reject(row);
    return;
  }
  const readable = builder.add(row, row.language ?? languages.detect(row.text));
  if (row.kind === 'media-only') notRead['media-only']++;
  else if (row.kind === 'message' && !readable) notRead.empty++;
}

function progressOf(source: Source, { summary }: Reading, rowsBefore: number): ImportProgress {
  const { path, member, format, size } = source;
  return { path, member, format, rows: summary.rows, bytes: summary.bytes, size, allRows: rowsBefore + summary.rows };
}

/** @throws whatever is no trouble with a source */
function problemOf(error: unknown): Problem {
  if (error instanceof ImportError) return { message: error.message, remedy: error.remedy };
  throw error;
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
