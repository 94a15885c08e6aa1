import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Workspace } from '../../desk/store/workspace.ts';
import { Writer } from '../../desk/writer/writer.ts';
import { Knocking, rows } from './door/fixtures.ts';
import { Folder } from './store/fixtures.ts';

/** Longer than anything here takes: then it is awaited in vain. */
const PATIENCE = { timeout: 30_000 };
/** The thread that keeps the log short is started after 2 s. */
const LATER_MS = 2_500;

/** The thread that writes ends of a mistake, as it would of one of the program's own. */
function endWriting(writer: Writer): void {
  writer.connect().postMessage({ kind: 'client' });
}

describe('the threads of a workspace', () => {
  it(
    'end with it, also where one has ended before: the disk was taken away before the log was looked at',
    PATIENCE,
    async () => {
      using folder = new Folder();
      using workspace = Workspace.create(folder.file('w.moderato'));
      const writer = Writer.of(workspace);
      await writer.write('addJob', { input: {} });
      renameSync(folder.path, `${folder.path}-elsewhere`);
      await setTimeout(LATER_MS);
      renameSync(`${folder.path}-elsewhere`, folder.path);
      await writer[Symbol.asyncDispose]();
      await assert.rejects(writer.write('addJob', { input: {} }), /was closed/);
    },
  );

  it('are missed: who asks the one that writes is told that it has stopped, and what to do', PATIENCE, async () => {
    using folder = new Folder();
    using workspace = Workspace.create(folder.file('w.moderato'));
    await using writer = Writer.of(workspace);
    await writer.write('addJob', { input: {} });
    endWriting(writer);
    const told = { name: 'WorkspaceError', kind: 'storage', message: /w\.moderato has stopped/ };
    const goOn = async (): Promise<never> => {
      for (;;) await writer.write('addJob', { input: {} });
    };
    await assert.rejects(goOn(), told);
    await assert.rejects(goOn(), told, 'and from then on');
  });

  it(
    'are missed by an import, too, and the workspace can be closed and opened again: the import goes on',
    PATIENCE,
    async () => {
      await using k = await Knocking.withMessages(1);
      const { client, desk, folder, path } = k;
      writeFileSync(folder.file('long.csv'), rows(1_000, 60_000));
      const { id } = await client.jobs.start({ kind: 'import', paths: [folder.file('long.csv')] });
      while ((await client.jobs.get({ job: id })).done === 0) await setTimeout(5);
      const { writer } = desk.opened;
      assert.ok(writer instanceof Writer);
      endWriting(writer);
      const failed = await k.ended(id);
      assert.match(failed.problem?.message ?? '', /w\.moderato has stopped/);
      await client.workspace.close();
      await client.workspace.open({ path });
      assert.equal((await k.ended(id)).state, 'done');
      const state = await client.workspace.state();
      assert.ok(state.open && state.counts.kinds.message === 60_001);
    },
  );
});
