/** Compares the messages of an evidence file with the export that they came from. */
import { basename } from 'node:path';
import { type Fingerprint, fingerprint } from '../importers/fingerprint.ts';
import { ImportError } from '../importers/import-error.ts';
import type { MessageRecord } from '../importers/record.ts';
import { openExport } from '../importers/registry.ts';
import type { Source } from '../importers/source.ts';
import type { Archive } from './archive.ts';
import { type Head, type Version, recordBytes } from './files.ts';
import { markOf, sourceMark } from './marks.ts';
import type { Problems } from './problems.ts';
import type { Placed } from './verify-messages.ts';

export interface Compared {
  /** records that stand in the export as the evidence file says */
  readonly records: number;
  /** records that are in no export that was given */
  readonly missing: number;
  /** texts that could not be compared: which column of a table holds them is not known */
  readonly unknownTexts: number;
}

interface Wanted {
  readonly file: string;
  readonly version: Version;
  /** file in the archive that holds the record; null without real names */
  readonly record: string | null;
}

type Told = Head['sources'][number];

/** @param path the original export: a file, a folder, an archive */
export async function checkSource(
  archive: Archive,
  head: Head,
  placed: readonly Placed[],
  path: string,
  problems: Problems,
  signal?: AbortSignal,
): Promise<Compared> {
  const wanted = wantedOf(placed);
  const found = new Set<number>();
  const count = { records: 0, unknownTexts: 0 };
  let print: Fingerprint | null = null;
  try {
    for await (const source of openExport(path, { ...(signal && { signal }) })) {
      if (print?.path !== source.path) print = await fingerprint(source.path, signal);
      const { told, same } = toldOf(head, source, print.sha256, found);
      if (told === undefined) continue;
      found.add(told.source);
      if (!same)
        problems.add(
          basename(source.path),
          `it is not the file that source ${told.source} was imported from: its SHA-256 is another.`,
        );
      await compare(archive, source, same ? print.sha256 : null, wanted.get(told.source) ?? new Map(), count, problems);
    }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    problems.add(path, error.message.replace(`${path}: `, ''));
    return { ...count, missing: missingOf(head, found, wanted) };
  }
  if (found.size === 0) problems.add(basename(path), 'none of the messages came from it, by its SHA-256.');
  return { ...count, missing: missingOf(head, found, wanted) };
}

/** Records of sources that were not found. */
const missingOf = (
  { sources }: Head,
  found: ReadonlySet<number>,
  wanted: ReadonlyMap<number, ReadonlyMap<number, readonly Wanted[]>>,
): number =>
  sources.filter(({ source }) => !found.has(source)).reduce((sum, { source }) => sum + sizeOf(wanted.get(source)), 0);

const sizeOf = (rows: ReadonlyMap<number, readonly Wanted[]> | undefined): number =>
  [...(rows?.values() ?? [])].reduce((sum, list) => sum + list.length, 0);

/** What is to be found, by source and row. */
function wantedOf(placed: readonly Placed[]): ReadonlyMap<number, Map<number, Wanted[]>> {
  const wanted = new Map<number, Map<number, Wanted[]>>();
  for (const { folder, message } of placed)
    for (const version of message.versions) {
      const rows = wanted.get(version.source) ?? new Map<number, Wanted[]>();
      wanted.set(version.source, rows);
      const record = version.record === null ? null : `${folder}/${version.record}`;
      rows.set(version.row, [...(rows.get(version.row) ?? []), { file: `${folder}/message.json`, version, record }]);
    }
  return wanted;
}

/** The source that this file is: by its sum, else by what is known of it, where it was changed. */
function toldOf(
  { sources }: Head,
  source: Source,
  sha256: Buffer,
  found: ReadonlySet<number>,
): { readonly told: Told | undefined; readonly same: boolean } {
  const mark = sourceMark(sha256);
  const member = markOf(sha256, 'member', source.member);
  const same = sources.find((one) => one.mark === mark && one.member_mark === member);
  if (same !== undefined) return { told: same, same: true };
  const like = sources.filter(
    (one) =>
      !found.has(one.source) &&
      one.mark !== mark &&
      one.format === source.format &&
      (one.member === null || one.member === source.member) &&
      (one.file === null || one.file === basename(source.path)),
  );
  return { told: like.length === 1 ? like[0] : undefined, same: false };
}

/** @param key SHA-256 of the original; null where this is another file, so that the marks say nothing */
async function compare(
  archive: Archive,
  source: Source,
  key: Buffer | null,
  wanted: Map<number, readonly Wanted[]>,
  count: { records: number; unknownTexts: number },
  problems: Problems,
): Promise<void> {
  // Tables are read whatever their columns are: the record is the whole row.
  const [column] = source.columns ?? [];
  const mapping = source.mapping ?? (column && { text: column.name });
  const left = new Map(wanted);
  for await (const rows of source.read(mapping ? { mapping } : {}))
    for (const row of rows) {
      const here = left.get(row.place.row);
      if (here === undefined || row.status === 'rejected') continue;
      left.delete(row.place.row);
      for (const one of here) {
        const what = await whatDiffers(archive, one, row, key, source.columns !== null, count);
        if (what === null) count.records++;
        else problems.add(one.record ?? one.file, `${what} ${placeOf(source, row)}.`);
      }
    }
  for (const [row, here] of left)
    for (const { file, record } of here)
      problems.add(record ?? file, `there is no row ${row} in ${basename(source.path)}.`);
}

const placeOf = (source: Source, { place }: MessageRecord): string =>
  `row ${place.row} of ${basename(source.path)}${source.member === '' ? '' : ` (${source.member})`}`;

/** The beginning of a sentence that the place ends; null where nothing differs. */
async function whatDiffers(
  archive: Archive,
  { version, record }: Wanted,
  row: MessageRecord,
  key: Buffer | null,
  table: boolean,
  count: { unknownTexts: number },
): Promise<string | null> {
  if (record !== null) {
    const kept = await archive.read(record);
    const original = recordBytes(row.raw);
    if (kept === null || !kept.equals(original))
      return `byte ${firstDifference(kept ?? Buffer.alloc(0), original)} is not that of`;
  }
  if (key !== null && markOf(key, 'record', row.raw) !== version.record_mark) return 'its record is not';
  const text = row.text.toWellFormed();
  const same = agrees(version, text) && (key === null || markOf(key, 'text', text) === version.text_mark);
  if (same) return null;
  if (!table) return 'its text is not that of';
  count.unknownTexts++;
  return null;
}

/** Whether the text says the same outside the parts that stand for names. */
function agrees({ text, replaced }: Version, original: string): boolean {
  let at = 0;
  let from = 0;
  const pieces = replaced.map(([start, end]) => {
    const piece = text.slice(from, start);
    from = end;
    return piece;
  });
  const last = text.slice(from);
  for (const [i, piece] of pieces.entries()) {
    const found = i === 0 ? (original.startsWith(piece) ? 0 : -1) : original.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return pieces.length === 0 ? original === last : original.length - last.length >= at && original.endsWith(last);
}

function firstDifference(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
