import type { Db } from './connection.ts';

export interface Channel {
  readonly id: number;
  readonly platform: string;
  readonly platformId: string;
  readonly name: string;
}

/** Where messages were written. */
export class Channels {
  readonly #list;

  constructor(db: Db) {
    this.#list = db.prepare<[], Channel>(
      'SELECT id, platform, platform_id AS platformId, name FROM channels ORDER BY name, id',
    );
  }

  list(): readonly Channel[] {
    return this.#list.all();
  }
}
