/** A desk with a workspace, knocked at through its door alone. No engine runs: what would need one is refused. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { ORPCError, createRouterClient, type RouterClient } from '@orpc/server';
import { Desk } from '../../../desk/desk.ts';
import { router } from '../../../desk/door/router.ts';
import { places } from '../../../desk/models/places.ts';
import { Supervisor } from '../../../desk/supervisor.ts';
import type { Job } from '../../../desk/contract/jobs.ts';
import { Folder } from '../store/fixtures.ts';

export type Client = RouterClient<typeof router>;

export class Knocking implements AsyncDisposable {
  readonly folder: Folder;
  readonly desk: Desk;
  readonly client: Client;
  readonly #own: boolean;

  constructor(folder?: Folder) {
    this.#own = folder === undefined;
    this.folder = folder ?? new Folder();
    const supervisor = new Supervisor(() => {
      throw new Error('no engine in this test');
    });
    this.desk = new Desk({ places: places(), supervisor });
    this.client = createRouterClient(router, { context: { desk: this.desk } });
  }

  get path(): string {
    return this.folder.file('w.moderato');
  }

  /** With `count` messages in two channels, three labels and one reviewer. */
  static async withMessages(count: number): Promise<Knocking & { readonly ids: Ids }> {
    const knocking = new Knocking();
    const { client } = knocking;
    await client.workspace.open({ path: knocking.path, create: 'must' });
    await knocking.import('first.csv', rows(1, count));
    return Object.assign(knocking, { ids: await knocking.people() });
  }

  /** Adds three labels and two reviewers. */
  async people(): Promise<Ids> {
    const { client } = this;
    const label = async (name: string, severity: number): Promise<number> =>
      (await client.labels.put({ name, severity })).id;
    return {
      fine: await label('fine', 0),
      insult: await label('insult', 1),
      threat: await label('threat', 3),
      ada: (await client.reviewers.add({ name: 'Ada' })).id,
      ben: (await client.reviewers.add({ name: 'Ben' })).id,
    };
  }

  async import(name: string, text: string): Promise<Job> {
    const file = this.folder.file(name);
    writeFileSync(file, text);
    const { id } = await this.client.jobs.start({ kind: 'import', paths: [file] });
    return await this.ended(id);
  }

  async ended(id: number): Promise<Job> {
    for (;;) {
      const job = await this.client.jobs.get({ job: id });
      if (job.state === 'done' || job.state === 'failed' || job.state === 'cancelled') return job;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    if (this.#own) this.folder[Symbol.dispose]();
  }
}

export interface Ids {
  readonly fine: number;
  readonly insult: number;
  readonly threat: number;
  readonly ada: number;
  readonly ben: number;
}

/** A table of messages with ids from `from`. */
export function rows(from: number, count: number): string {
  const lines = ['id,text,author,channel,time'];
  for (let id = from; id < from + count; id++)
    lines.push(
      `${id},message number ${id} about nothing in particular,Person ${id % 5},${id % 2 === 0 ? 'general' : 'games'},2026-03-01T10:${String(id % 60).padStart(2, '0')}:00Z`,
    );
  return `${lines.join('\n')}\n`;
}

/** That a call is refused for this reason. */
export async function refused(call: Promise<unknown>, kind: string): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(error instanceof ORPCError, String(error));
    assert.equal(error.code, 'REFUSED', error.message);
    const data = error.data as { kind: string; remedy: string };
    assert.equal(data.kind, kind);
    assert.notEqual(data.remedy, '');
    return true;
  });
}
