import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

/** 'MODR' in the header of every workspace file. */
export const APPLICATION_ID = 0x4d4f4452;

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: Buffer;
}

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** The migrations that this program knows, 1, 2, 3 … without a gap. */
export function readMigrations(folder = FOLDER): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
  return names.map((name, index) => {
    const number = Number(name.slice(0, 4));
    if (number !== index + 1) throw new Error(`migrations/${name} does not follow number ${index}.`);
    const sql = readFileSync(join(folder, name), 'utf8');
    return { number, name, sql, checksum: hash('sha256', sql, 'buffer') };
  });
}

/**
 * Applies what is missing, in order, each in a transaction that also records it. A crash leaves a whole number of
 * migrations applied.
 * @returns how many were applied
 */
export function migrate(db: Database.Database, migrations: readonly Migration[]): number {
  let applied = 0;
  for (const migration of migrations) {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Read inside the transaction: another process may just have applied this one.
      if (schemaVersion(db) < migration.number) {
        db.exec(migration.sql);
        db.prepare('INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)').run(
          migration.number,
          migration.name,
          migration.checksum,
          Date.now(),
        );
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.pragma(`user_version = ${migration.number}`);
        applied++;
      }
      db.exec('COMMIT');
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  return applied;
}

export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Name of the first recorded migration whose text is not the one this program knows; undefined when all agree. */
export function firstForeignMigration(db: Database.Database, migrations: readonly Migration[]): string | undefined {
  const rows = db.prepare<[], { name: string; checksum: Buffer }>(
    'SELECT name, checksum FROM migrations ORDER BY number',
  );
  let place = 0;
  for (const row of rows.iterate()) {
    const known = migrations[place++];
    if (known === undefined || row.name !== known.name || !known.checksum.equals(row.checksum)) return row.name;
  }
  return undefined;
}

/** Every table, index, trigger and view with its SQL, as one comparable text per entry. */
export function schemaOf(db: Database.Database): readonly string[] {
  return db
    .prepare<[], string>(
      // sqlite_stat tables come from ANALYZE, sqlite_autoindex entries follow from their tables, and the shadow tables
      // of FTS5 are written by the SQLite version at hand.
      `SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '')
       FROM sqlite_schema
       WHERE name NOT GLOB 'sqlite_*' AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
       ORDER BY 1`,
    )
    .pluck()
    .all();
}

/** The schema that the first `version` migrations make. */
export function expectedSchema(migrations: readonly Migration[], version: number): readonly string[] {
  const db = new Database(':memory:');
  try {
    migrate(db, migrations.slice(0, version));
    return schemaOf(db);
  } finally {
    db.close();
  }
}
