import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { PNG, exportWith } from './export-with-pictures.ts';
import { Knocking, refused } from './fixtures.ts';

const PATHS = [
  'files/a%20b.png',
  'files/script.svg',
  'https://cdn.example/p.png',
  '../secret.png',
  'files/link.png',
  'files/gone.png',
  'files/large.png',
  '.',
];

describe('a picture of a message', () => {
  it('is read from beside its export, and nothing else is', async () => {
    await using k = new Knocking();
    const { client } = k;
    await client.workspace.open({ path: k.path, create: 'must' });
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const file = exportWith(k.folder.path, PATHS, {
      'export/files/a b.png': PNG,
      'export/files/script.svg': svg,
      'secret.png': PNG,
      'export/files/link.png': { link: k.folder.file('secret.png') },
      'export/files/large.png': Buffer.concat([PNG, Buffer.alloc(21 * 1024 * 1024)]),
    });
    const { id } = await client.jobs.start({ kind: 'import', paths: [file] });
    assert.equal((await k.ended(id)).state, 'done');
    const picture = (item: number) => client.queue.picture({ item, attachment: 0 });

    assert.deepEqual(await picture(1), { type: 'image/png', bytes: PNG.toString('base64') });
    await refused(picture(2), 'not-allowed');
    await refused(picture(3), 'not-found');
    // Paths that lead out of the export, by themselves or by a link.
    await refused(picture(4), 'not-allowed');
    await refused(picture(5), 'not-allowed');
    await refused(picture(6), 'not-found');
    await refused(picture(7), 'not-allowed');
    await refused(picture(8), 'not-allowed');
    await refused(client.queue.picture({ item: 1, attachment: 1 }), 'not-found');
    await refused(picture(99), 'not-found');
    rmSync(k.folder.file('export'), { recursive: true });
    await refused(picture(1), 'not-found');
  });
});
