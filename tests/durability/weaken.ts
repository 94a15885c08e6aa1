/** Loaded before a desk to see that the tests would notice: a commit no longer waits for the disk. */
import Database from 'better-sqlite3';

const pragma = Database.prototype.pragma;
Database.prototype.pragma = function (this: Database.Database, source: string, ...rest: never[]): unknown {
  return pragma.call(this, source.replace(/synchronous = FULL/, 'synchronous = NORMAL'), ...rest);
} as typeof pragma;
