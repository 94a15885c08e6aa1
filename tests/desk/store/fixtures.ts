/** Records, and files of records, for tests of the store: a file is the rows as JSON. */
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ImportError } from '../../../desk/importers/import-error.ts';
import { importFrom, type OpenExport } from '../../../desk/importers/job.ts';
import type { MessageRecord, SourceRow } from '../../../desk/importers/record.ts';
import type { ImportReport } from '../../../desk/importers/report.ts';
import type { Reading, Source } from '../../../desk/importers/source.ts';
import { Tally } from '../../../desk/importers/tally.ts';
import type { Workspace } from '../../../desk/store/workspace.ts';
import { Writer } from '../../../desk/writer/writer.ts';

/** A folder that is gone after the test. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'moderato-store-'));

  file(name: string): string {
    return join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function message(fields: Partial<MessageRecord> = {}): MessageRecord {
  const text = fields.text ?? 'good morning to all of you out there';
  return {
    status: 'item',
    kind: 'message',
    place: { member: '', row: 1 },
    platform: 'discord',
    id: '1',
    channel: { id: 'c1', name: 'general' },
    author: { id: 'a1', name: 'Ada', bot: false },
    time: { ms: 1_700_000_000_000, zone: 'utc' },
    edited: null,
    replyTo: null,
    forwarded: false,
    text,
    attachments: [],
    reactions: [],
    raw: JSON.stringify({ id: fields.id ?? '1', text }),
    ...fields,
  };
}

/** `count` different messages with ids from `from`, a minute apart. */
export function messages(from: number, count: number): MessageRecord[] {
  return Array.from({ length: count }, (_, i) =>
    message({
      id: String(from + i),
      time: { ms: 1_700_000_000_000 + (from + i) * 60_000, zone: 'utc' },
      author: { id: `a${(from + i) % 7}`, name: `Person ${(from + i) % 7}`, bot: false },
      text: `message number ${from + i} about nothing in particular`,
    }),
  );
}

export function rejected(row: number): SourceRow {
  return { status: 'rejected', place: { member: '', row }, reason: 'The row has no text column.', raw: `raw ${row}` };
}

interface FileOfRows {
  readonly rows: readonly SourceRow[];
  /** Breaks off with an ImportError after so many rows. */
  readonly breaksAfter?: number;
}

/** Writes rows as a file. @param exportedAt what the file's time says, in seconds */
export function writeRows(path: string, rows: readonly SourceRow[], exportedAt = 1_000, breaksAfter?: number): string {
  const numbered = rows.map((row, i) => ({ ...row, place: { member: '', row: i + 1 } }));
  const file: FileOfRows = { rows: numbered, ...(breaksAfter !== undefined && { breaksAfter }) };
  writeFileSync(path, JSON.stringify(file));
  utimesSync(path, exportedAt, exportedAt);
  return path;
}

/** Opens the files of `writeRows`; batches of 100 rows. */
export const openRows: OpenExport = async function* (path) {
  const file = JSON.parse(readFileSync(path, 'utf8')) as FileOfRows;
  await Promise.resolve();
  yield sourceOf(path, file);
};

function sourceOf(path: string, file: FileOfRows): Source {
  return {
    path,
    member: '',
    format: 'discord-json',
    confidence: 1,
    reason: 'It is a file of rows.',
    alternatives: [],
    ask: null,
    notes: [],
    size: null,
    columns: null,
    mapping: null,
    read: (options): Reading => {
      const tally = new Tally();
      return {
        summary: tally,
        async *[Symbol.asyncIterator]() {
          for (const row of file.rows) {
            if (tally.rows === file.breaksAfter) {
              if (tally.pending) yield tally.take();
              throw new ImportError(path, '', 'is cut off.', 'Export it again.', { row: tally.rows });
            }
            tally.add(row);
            if (tally.rows % 100 === 0) {
              yield tally.take();
              await new Promise(setImmediate);
              options?.signal?.throwIfAborted();
            }
          }
          if (tally.pending) yield tally.take();
          tally.complete = true;
        },
      };
    },
  };
}

export async function importFiles(workspace: Workspace, ...paths: string[]): Promise<ImportReport> {
  await using writer = Writer.of(workspace);
  return await importFrom(openRows, { writer, key: workspace.key }, paths);
}

/** All that a workspace says of its messages, without the numbers that depend on the order of imports. */
export function snapshot(path: string): readonly unknown[] {
  const db = new Database(path, { readonly: true });
  try {
    return db
      .prepare(
        `SELECT hex(identity) AS identity, platform_id, items.key,
           (SELECT min(author_names.name) FROM author_names WHERE author = items.author) AS author, time, edited, kind, flags,
           items.deleted IS NOT NULL AS deleted, reply_to, thread, text, language, content_hash, extra, gold,
           (SELECT json_group_array(t) FROM (SELECT DISTINCT text AS t FROM item_versions
              WHERE item = items.id AND text <> items.text ORDER BY text)) AS other_texts
         FROM items JOIN channels ON channels.id = channel
         ORDER BY platform_id, items.key`,
      )
      .all();
  } finally {
    db.close();
  }
}

/** Counts of everything that must not grow when nothing new comes in. */
export function sizes(path: string): unknown {
  const db = new Database(path, { readonly: true });
  try {
    const count = (table: string): unknown => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const tables = [
      'items',
      'item_versions',
      'authors',
      'author_names',
      'channels',
      'raw_blocks',
      'sources',
      'rejected',
    ];
    return Object.fromEntries([...tables, 'item_text_docsize', 'unspaced_text_docsize'].map((t) => [t, count(t)]));
  } finally {
    db.close();
  }
}

/** Puts some items into the audit sample, whatever would have been drawn. */
export function putIntoAudit(path: string, items: readonly number[], probability: number): void {
  const db = new Database(path);
  try {
    const put = db.prepare('INSERT OR REPLACE INTO audit_items VALUES (?, 0, ?, ?, 0)');
    for (const item of items) put.run(item, probability, item / 1e5);
  } finally {
    db.close();
  }
}

/** Throws where the file is damaged or a text index does not say what the items say. */
export function checkIntegrity(path: string): void {
  const db = new Database(path);
  try {
    const result = db.pragma('integrity_check', { simple: true });
    if (result !== 'ok') throw new Error(`integrity_check: ${String(result)}`);
    db.exec("INSERT INTO item_text (item_text, rank) VALUES ('integrity-check', 1)");
    const [broken] = db.pragma('foreign_key_check') as unknown[];
    if (broken !== undefined) throw new Error(`foreign_key_check: ${JSON.stringify(broken)}`);
  } finally {
    db.close();
  }
}
