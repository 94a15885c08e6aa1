import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Knocking, refused } from './fixtures.ts';

/** A model that the workspace knows, without anything that it has read. */
const model = ({ desk }: Knocking, name: string, depth: number) =>
  desk.opened.writer.write('ensureRevision', {
    ...{ name, depth, adapter: null, fineLabel: 0 },
    base: { name: 'none', sha256: 'ab'.repeat(32) },
    labels: ['fine', 'abusive'],
    languages: ['en'],
  });

describe('a challenger', () => {
  it('that somebody decided against is not asked about again, also when the workspace is opened anew', async () => {
    await using k = await Knocking.withMessages(2);
    const { client } = k;
    await model(k, 'champion', 1);
    const { id } = await model(k, 'challenger', 2);
    const kept = async (): Promise<readonly string[]> =>
      (await client.revisions.list()).revisions.filter((one) => one.kept).map(({ name }) => name);
    assert.deepEqual(await kept(), []);
    await refused(client.revisions.keep({ revision: 99 }), 'not-found');
    await client.revisions.keep({ revision: id });
    await client.workspace.close();
    await client.workspace.open({ path: k.path });
    assert.deepEqual(await kept(), ['challenger']);
    // The next one is asked about.
    await model(k, 'another', 3);
    assert.deepEqual(await kept(), ['challenger']);
  });
});
