/** What an import would find and how it would read it: the first rows of each source. Nothing is written. */
import type { z } from 'zod';
import type { Preview, PreviewInput } from '../contract/imports.ts';
import { authorKey, pseudonymOf } from '../store/pseudonym.ts';
import { ImportError } from './import-error.ts';
import type { MessageRecord } from './record.ts';
import { openExport } from './registry.ts';
import type { ColumnMapping, Skipped, Source } from './source.ts';

type SourcePreview = Preview['sources'][number];

/** Sources that are looked at; of an archive with more, the rest is imported all the same. */
const SOURCES = 30;
const SKIPPED = 50;
const ROWS = 5;
const REJECTED = 3;
/** Of a table's column, and of a value or text, in UTF-16 units. */
const SAMPLES = 5;
const LENGTH = 200;

/** @param key of the workspace: pseudonyms depend on it */
export async function previewOf(
  { paths, columns, dates }: z.infer<typeof PreviewInput>,
  key: Uint8Array,
  signal?: AbortSignal,
): Promise<Preview> {
  const sources: SourcePreview[] = [];
  const skipped: Skipped[] = [];
  const failed: Preview['failed'] = [];
  let more = false;
  const onSkipped = (one: Skipped): void => void (skipped.length < SKIPPED && skipped.push(one));
  for (const path of paths) {
    if (more) break;
    try {
      for await (const source of openExport(path, { onSkipped, ...(signal && { signal }) })) {
        more = sources.length === SOURCES;
        if (more) break;
        const mapping = source.columns === null ? null : (columns ?? source.mapping);
        sources.push(await sourcePreview(source, mapping as ColumnMapping | null, { dates, key, signal }));
      }
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      failed.push({ path, message: error.message, remedy: error.remedy });
    }
  }
  return { sources, skipped: skipped.map((one) => ({ ...one })), failed, more };
}

interface Reading {
  readonly dates: z.infer<typeof PreviewInput>['dates'];
  readonly key: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

async function sourcePreview(
  source: Source,
  mapping: ColumnMapping | null,
  { dates, key, signal }: Reading,
): Promise<SourcePreview> {
  const { path, member, format, reason, ask, notes, size, columns } = source;
  const rows: SourcePreview['rows'] = [];
  const rejected: SourcePreview['rejected'] = [];
  let problem: SourcePreview['problem'] = null;
  const options = {
    ...(mapping !== null && { mapping }),
    ...(dates !== undefined && { dayMonth: dates }),
    ...(signal && { signal }),
  };
  try {
    // A table without a column for the text cannot be read; it says so by its question.
    if (columns === null || mapping !== null)
      for await (const batch of source.read(options)) {
        for (const row of batch) {
          if (row.status === 'item') {
            if (rows.length < ROWS) rows.push(rowOf(row, key));
          } else if (rejected.length < REJECTED) rejected.push({ row: row.place.row, reason: row.reason });
        }
        if (rows.length === ROWS) break;
      }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    problem = { message: error.message, remedy: error.remedy };
  }
  return {
    ...{ path, member, format, reason, ask, size, rows, rejected, problem },
    notes: [...notes],
    columns:
      columns?.map(({ name, samples }) => ({
        name,
        samples: samples.filter((sample) => sample.trim() !== '').slice(0, SAMPLES),
      })) ?? null,
    mapping,
  };
}

function rowOf({ kind, channel, platform, author, time, text }: MessageRecord, key: Uint8Array) {
  const nobody = author.id === null && (author.name === '' || author.name === '[deleted]');
  return {
    kind,
    channel: channel.name,
    author: nobody ? null : pseudonymOf(authorKey(key, platform, author.id, author.name)),
    time: time?.ms ?? null,
    localTime: time?.zone === 'unknown',
    text: text.slice(0, LENGTH),
  };
}
