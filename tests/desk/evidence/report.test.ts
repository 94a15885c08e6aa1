import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { record } from '../../../desk/review/deeds.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { verify } from '../../../desk/evidence/verify.ts';
import { SECRETS, changed, type Moderated, moderated } from './fixtures.ts';

async function reported(m: Moderated, texts: boolean): Promise<string> {
  const path = m.k.folder.file(`report-${texts}.html`);
  const { id } = await m.k.client.jobs.start({ kind: 'report', path, reviewer: m.ids.ada, texts });
  const job = await m.k.ended(id);
  assert.equal(job.state, 'done', job.problem?.message);
  return path;
}

describe('an audit report', () => {
  it('says what was decided and by whom, with every head, and no text or real name', async () => {
    await using m = await moderated();
    const { client } = m.k;
    await client.audit.reveal({ reviewer: m.ids.ada, author: 1 });
    for (const names of [false, true, false]) await m.evidence(`${names}.zip`, [2, 3], names);
    using workspace = Workspace.open(m.k.path);
    const ada = workspace.reviewers.get(m.ids.ada) ?? assert.fail();
    const promoted = { kind: 'promote', base: 'b'.repeat(64), adapter: null, depth: 4 } as const;
    const first = { name: 'first <model>', base: { name: 'x.gguf', sha256: 'a'.repeat(64) }, adapter: null, depth: 4 };
    const words = { labels: ['fine', 'threat'], fineLabel: 0, languages: [] };
    const { id: revision } = workspace.revisions.ensure({ ...first, ...words });
    workspace.revisions.ensure({ ...first, ...words, name: 'second', base: { name: 'y.gguf', sha256: promoted.base } });
    workspace.settings.set('queue.revision', revision);
    for (const [at, why] of (['override', 'named', 'roll-back'] as const).entries())
      record(workspace, ada, { ...promoted, why, recommendation: null }, Date.now() + 60_000 * (at + 1));
    const page = readFileSync(await reported(m, false), 'utf8');
    for (const secret of [...SECRETS, 'harbour']) assert.ok(!page.includes(secret), secret);
    for (const { head } of await client.audit.heads()) assert.ok(page.includes(head));
    const row = (name: string): string => new RegExp(`<tr><th>${name}</th>(.*)</tr>`).exec(page)?.[1] ?? '';
    const cells = (name: string): string[] =>
      [...row(name).matchAll(/<td class="n">([^<]*)</g)].map(([, n]) => n ?? '');
    assert.deepEqual(cells('insult'), ['1', '0', '1']);
    assert.deepEqual(cells('threat'), ['0', '1', '1']);
    assert.deepEqual(cells('fine'), ['0', '0', '0']);
    assert.deepEqual(cells('Actions taken back'), ['1']);
    assert.deepEqual(cells('Another model for the queue, though it was not recommended'), ['1']);
    assert.deepEqual(cells('Back to the model before'), ['1']);
    const models = /<h2>Models of the queue<\/h2>([\s\S]*?)<\/section>/.exec(page)?.[1] ?? '';
    const rows = [
      ...models.matchAll(/<tr><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g),
    ];
    assert.deepEqual(
      rows.map(([, , name, by, why]) => [name, by, why]),
      [
        ['first &#60;model&#62;', '', 'The first model'],
        ['second', ada.pseudonym, 'Another model for the queue, though it was not recommended'],
        ['second', ada.pseudonym, 'Another model for the queue, by an adapter that was named'],
        ['second', ada.pseudonym, 'Back to the model before'],
      ],
    );
    assert.ok(
      rows.every(([, from = ''], i) => i === 0 || (rows[i - 1]?.[1] ?? '') <= from),
      'in the order of time',
    );
    assert.deepEqual(cells('Real names looked at'), ['1']);
    assert.deepEqual(cells('Evidence files made'), ['3']);
    assert.deepEqual(cells('Of these, with real names'), ['1']);
  });

  it('is one page without scripts, whatever the texts and labels are', async () => {
    await using m = await moderated();
    await m.k.client.labels.put({ name: '<img src=x onerror=alert(1)>', severity: 1 });
    const page = readFileSync(await reported(m, true), 'utf8');
    assert.match(page, /content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'"/);
    assert.match(page, /&#60;b&#62;this/, 'texts are there when asked for');
    assert.doesNotMatch(page, /<(script|img|b|link|iframe|a|object)\b/i);
    assert.doesNotMatch(page, / on\w+="| style="|src=["h]|url\(|@import/i);
    for (const secret of SECRETS) assert.ok(!page.includes(secret), secret);
  });

  it('is as it was signed, or is found out', async () => {
    await using m = await moderated();
    const path = await reported(m, true);
    const found = await verify(path, {});
    assert.deepEqual(found.problems, []);
    assert.ok(found.whole && found.kind === 'report');
    assert.equal(found.publicKey, (await m.k.client.reviewers.list())[0]?.publicKey);
    assert.ok(!(await verify(path, { key: 'b'.repeat(64) })).whole);
    const bytes = readFileSync(path);
    // The doctype itself is how a report is told from an archive.
    for (let at = 16; at < bytes.length; at += 61) {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      assert.ok(!(await verify(changed(path, other), {})).whole, `byte ${at}`);
    }
    const more = Buffer.concat([bytes, Buffer.from('<p>one more</p>')]);
    assert.ok(!(await verify(changed(path, more), {})).whole);
    const twice = Buffer.concat([Buffer.from('<!doctype html><p>before</p>'), bytes]);
    assert.ok(!(await verify(changed(path, twice), {})).whole);
  });
});
