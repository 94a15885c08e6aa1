import type { Format } from '../importers/record.ts';
import type { Db } from './connection.ts';

export type SourceStatus = 'reading' | 'complete' | 'partial';

export interface NewSource {
  /** The file, as it was given. */
  readonly path: string;
  /** Member of an archive, '' for a plain file. */
  readonly member: string;
  readonly format: Format;
  /** Of the whole file, also for a member of an archive. */
  readonly sha256: Uint8Array;
  /** Bytes of the whole file. */
  readonly size: number;
  /** When the export was made, milliseconds: decides which of two exports is the later one. */
  readonly exportedAt: number;
  readonly importerVersion: number;
}

export interface Source extends NewSource {
  readonly id: number;
  readonly importedAt: number;
  readonly status: SourceStatus;
}

interface Row {
  readonly id: number;
  readonly path: string;
  readonly member: string;
  readonly format: Format;
  readonly sha256: Buffer;
  readonly size: number;
  readonly exported_at: number;
  readonly importer_version: number;
  readonly imported_at: number;
  readonly status: SourceStatus;
}

/** The files that were imported. */
export class Sources {
  readonly #begin;
  readonly #done;
  readonly #finish;
  readonly #all;
  readonly #get;
  readonly #paths;

  constructor(db: Db) {
    this.#begin = db.prepare<
      [string, string, string, Uint8Array, number, number, number, number],
      { id: number; exportedAt: number }
    >(
      `INSERT INTO sources (path, member, format, sha256, size, exported_at, importer_version, imported_at, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'reading')
       ON CONFLICT (sha256, member) DO UPDATE SET
         path = excluded.path, format = excluded.format, importer_version = excluded.importer_version,
         imported_at = excluded.imported_at, status = 'reading'
       RETURNING id, exported_at AS exportedAt`,
    );
    this.#done = db.prepare<[Uint8Array, string, number, number], { id: number; report: string }>(
      `SELECT id, report FROM sources
       WHERE sha256 = ? AND member = ? AND importer_version = ? AND status = 'complete' AND imported_at >= ?`,
    );
    this.#finish = db.prepare<[SourceStatus, string, number]>('UPDATE sources SET status = ?, report = ? WHERE id = ?');
    this.#all = db.prepare<[], Row>('SELECT * FROM sources ORDER BY id');
    this.#get = db.prepare<[number], Row>('SELECT * FROM sources WHERE id = ?');
    this.#paths = db.prepare<[], string>('SELECT DISTINCT path FROM sources').pluck();
  }

  /**
   * Notes that a file is about to be read and gives its id. The same bytes have the same id again, and the time of
   * export that was noted first: a copy of a file is no later export.
   */
  begin(source: NewSource, now: number): { readonly id: number; readonly exportedAt: number } {
    const begun = this.#begin.get(
      source.path,
      source.member,
      source.format,
      source.sha256,
      source.size,
      source.exportedAt,
      source.importerVersion,
      now,
    );
    if (begun === undefined) throw new Error('SQLite returned no id for a new source.');
    return begun;
  }

  /** The report of a source that was read to its end at `since` or later, by the importers of today; null where it was not. */
  done({ sha256, member, importerVersion }: NewSource, since: number): unknown {
    const row = this.#done.get(sha256, member, importerVersion, since);
    return row === undefined ? null : (JSON.parse(row.report) as unknown);
  }

  finish(id: number, status: Exclude<SourceStatus, 'reading'>, report: unknown): void {
    this.#finish.run(status, JSON.stringify(report), id);
  }

  /** All sources, in the order of their first import. `reading` means that the import was broken off. */
  list(): readonly Source[] {
    return this.#all.all().map(toSource);
  }

  /** Where the files lay when they were imported last; each once, archives too. */
  paths(): readonly string[] {
    return this.#paths.all();
  }

  get(id: number): Source | undefined {
    const row = this.#get.get(id);
    return row && toSource(row);
  }
}

const toSource = (row: Row): Source => ({
  id: row.id,
  path: row.path,
  member: row.member,
  format: row.format,
  sha256: row.sha256,
  size: row.size,
  exportedAt: row.exported_at,
  importerVersion: row.importer_version,
  importedAt: row.imported_at,
  status: row.status,
});
