import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { verifyChain } from '../../../desk/review/chain.ts';
import { annotate, decide, undo } from '../../../desk/review/deeds.ts';
import { type Body, seal } from '../../../desk/review/link.ts';
import { isSigned } from '../../../desk/store/reviewers.ts';
import { NOW, as, community, first, type Community } from './fixtures.ts';

async function decided(): Promise<Community> {
  const c = await community();
  const { workspace: store, ada, labels } = c;
  for (let item = 1; item <= 6; item++) decide(store, ada, first(item), as(labels.insult), NOW + item);
  annotate(store, ada, { item: 2, version: 1 }, 'a note', NOW);
  undo(store, ada, NOW - 5_000);
  return c;
}

/** Writes into the file as another program would. */
function tamper(c: Community, sql: string, ...values: unknown[]): void {
  const db = new Database(c.workspace.path);
  db.pragma('foreign_keys = OFF');
  db.prepare(sql).run(...values);
  db.close();
}

/** Makes links `from` … to the end again, each following the one before, as somebody would who rewrites history. */
function rewriteFrom(c: Community, from: number, change: (body: Body) => Body): void {
  const db = new Database(c.workspace.path);
  const rows = db
    .prepare<[number], { id: number; body: string; hash: Buffer }>(
      'SELECT id, body, hash FROM links WHERE seq >= ? ORDER BY seq',
    )
    .all(from);
  let prev: string | null = null;
  for (const { id, body } of rows) {
    const read = JSON.parse(body) as Body;
    const sealed = seal(change({ ...read, prev: prev ?? read.prev }));
    prev = sealed.hash.toString('hex');
    db.prepare('UPDATE links SET body = ?, hash = ? WHERE id = ?').run(sealed.body, sealed.hash, id);
  }
  db.close();
}

describe('a chain', () => {
  it('holds when nobody touched it, also where the clock went backwards', async () => {
    using c = await decided();
    const report = verifyChain(c.workspace, c.ada);
    assert.deepEqual([report.links, report.broken], [8, null]);
    assert.equal(verifyChain(c.workspace, c.ben).head, null);
  });

  const changes: readonly [string, number, RegExp, (c: Community) => void][] = [
    ['a body', 3, /hash/, (c) => tamper(c, "UPDATE links SET body = replace(body, 'insult', 'fine') WHERE seq = 3")],
    ['a link that is gone', 5, /follow|missing/, (c) => tamper(c, 'DELETE FROM links WHERE seq = 4')],
    [
      'the message that it points to',
      2,
      /another message/,
      (c) => tamper(c, 'UPDATE links SET item = 5 WHERE seq = 2'),
    ],
    ['what it is shown as', 4, /something else/, (c) => tamper(c, "UPDATE links SET kind = 'skip' WHERE seq = 4")],
    ['the text that was decided on', 1, /text/, (c) => tamper(c, "UPDATE items SET text = 'nice words' WHERE id = 1")],
    ['a note', 7, /note/, (c) => tamper(c, "UPDATE links SET note = 'other words' WHERE seq = 7")],
    [
      'a body with a hash that fits',
      4,
      /follow/,
      (c) => {
        const [link] = c.workspace.links.chain(c.ada.id, 2, 1);
        const body = link?.body.replace('insult', 'threat') ?? '';
        tamper(c, 'UPDATE links SET body = ?, hash = ? WHERE seq = 3', body, hash('sha256', body, 'buffer'));
      },
    ],
  ];
  for (const [what, seq, reason, change] of changes) {
    it(`shows where somebody changed ${what}`, async () => {
      using c = await decided();
      change(c);
      const { broken } = verifyChain(c.workspace, c.ada);
      assert.equal(broken?.seq, seq);
      assert.match(broken.reason, reason);
    });
  }

  it('that was made anew from some link on is whole, and a head that was written down shows it', async () => {
    using c = await decided();
    const { head } = verifyChain(c.workspace, c.ada);
    assert.ok(head);
    decide(c.workspace, c.ada, first(7), as(c.labels.fine), NOW);
    assert.equal(verifyChain(c.workspace, c.ada, head).hasKnownHead, true);
    rewriteFrom(c, 5, (body) => ({ ...body, time: body.time + 1 }));
    const report = verifyChain(c.workspace, c.ada, head);
    assert.deepEqual([report.broken, report.hasKnownHead], [null, false]);
  });

  it('has an end that its reviewer can sign, and nobody else', async () => {
    using c = await decided();
    const { workspace: store, ada, ben } = c;
    const end = store.links.end(ada.id);
    assert.ok(end);
    const signature = store.reviewers.sign(ada.id, end.hash);
    assert.ok(signature);
    assert.equal(isSigned(ada.publicKey, end.hash, signature), true);
    assert.equal(isSigned(ben.publicKey, end.hash, signature), false);
  });
});
