import assert from 'node:assert/strict';
import { after, before as beforeAll, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { PAGE_ITEMS, decodePage, encodePage } from '../../../desk/queue/column-page.ts';
import { QueueColumns } from '../../../desk/queue/columns.ts';
import { LiveQueue } from '../../../desk/queue/live-queue.ts';
import { ORDERS } from '../../../desk/queue/order.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { queueModelOf } from '../../../desk/triage/queue-model.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { type Ids, Knocking, rows } from '../door/fixtures.ts';
import { putIntoAudit } from '../store/fixtures.ts';

/** Two whole pages and a part of a third one. */
const MESSAGES = 2 * PAGE_ITEMS + 100;

/** In the second page, and without a score: only its own row changes. */
const UNREAD = 4_600;

describe('the queue as it was kept', () => {
  let k: Knocking & { readonly ids: Ids };
  beforeAll(async () => {
    k = await Knocking.withMessages(MESSAGES);
    await scored(k);
  });
  after(async () => await k[Symbol.asyncDispose]());

  it('says what the rows say, after decisions, appeals, audit items, changed texts, a second import and an erasure', async () => {
    await kept(k);
    const { client, ids } = k;
    const random = seededRandom(5);
    const seen = () => {
      const item = 1 + Math.floor(random() * MESSAGES);
      return [{ item, version: k.desk.opened.queue.versionOf(item) }];
    };
    for (let n = 0; n < 20; n++) {
      await client.review.decide({ reviewer: ids.ada, seen: seen(), labels: [ids.insult] });
      await client.review.decide({ reviewer: ids.ben, seen: seen(), labels: [ids.threat, ids.insult] });
      await client.review.skip({ reviewer: ids.ada, seen: seen() });
      await client.review.escalate({ reviewer: ids.ada, seen: seen(), reason: 'self-harm' });
    }
    const both = seen();
    await client.review.decide({ reviewer: ids.ada, seen: both, labels: [ids.fine] });
    await client.review.decide({ reviewer: ids.ben, seen: both, labels: [ids.threat] });
    const appealed = seen();
    await client.review.decide({ reviewer: ids.ada, seen: appealed, labels: [ids.insult] });
    await client.review.reopen({ reviewer: ids.ben, seen: appealed, reason: 'appeal' });
    putIntoAudit(k.path, [3, 5_000], 0.5);
    k.desk.changed([3, 5_000]);
    await client.audit.erase({ reviewer: ids.ada, items: [11, 4_700], reason: 'asked to' });
    await k.import('again.csv', rows(MESSAGES - 20, 60).replaceAll('about nothing', 'about something'));
    await client.workspace.close();
    const last = MESSAGES + 40;
    assert.deepEqual(keptPages(k.path), [0, 1, 2]);
    const before = await shown(k.path);
    assert.equal(before.orders.newest?.length, last - 3);
    change(k.path, 'DELETE FROM queue_pages');
    assert.deepEqual(before, await shown(k.path));
  });

  it('is read for the last model that was asked for, also where one before takes longer', async () => {
    await kept(k);
    const { queue } = k.desk.opened;
    const { model } = queue;
    assert.notEqual(model, null);
    // Of this one there are no pages: it reads every row.
    await Promise.all([queue.load(null), queue.load(model)]);
    assert.equal(queue.model, model);
  });

  const seen = [{ item: 4_500, version: 1 }];
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    'a decision': () => k.client.review.decide({ reviewer: k.ids.ada, seen, labels: [k.ids.fine] }),
    'an undo': () => k.client.review.undo({ reviewer: k.ids.ada }),
    'a score': async () => {
      const { writer, queue } = k.desk.opened;
      const revision = queue.model?.revision ?? assert.fail();
      const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'none', threads: 1 });
      const probabilities = new Float32Array([0.5, 0.5]);
      await writer.write('writeScores', {
        run,
        results: [{ item: 4_500, version: 1, status: 'scored', probabilities }],
      });
      k.desk.changed([4_500]);
    },
    'being drawn for the audit': () => {
      putIntoAudit(k.path, [4_501], 0.5);
      k.desk.changed([4_501]);
      return Promise.resolve();
    },
    'another text': () => k.import('text.csv', rows(UNREAD, 1).replace('about nothing', 'about something')),
  };
  for (const [what, change] of Object.entries(changes))
    it(`loses the page of an item by ${what}, and no other`, async () => {
      await kept(k);
      await change();
      assert.deepEqual(keptPages(k.path), [0, 2]);
    });

  it('loses the last page by a new message', async () => {
    await kept(k);
    await k.import('more.csv', rows(100_000, 1));
    assert.deepEqual(keptPages(k.path), [0, 1]);
  });

  it('is read from the rows where a page was damaged', async () => {
    await kept(k);
    await k.client.workspace.close();
    const right = await shown(k.path);
    change(k.path, "UPDATE queue_pages SET data = x'00112233' WHERE page = 1");
    change(k.path, 'UPDATE queue_pages SET data = (SELECT data FROM queue_pages WHERE page = 2) WHERE page = 0');
    assert.deepEqual(await shown(k.path), right);
    await k.client.workspace.open({ path: k.path });
    await kept(k);
    const lengths = 'SELECT count(*) FROM queue_pages WHERE length(data) < 100';
    const db = new Database(k.path, { readonly: true });
    assert.equal(db.prepare(lengths).pluck().get(), 0, 'and written anew');
    db.close();
  });
});

describe('a page of columns', () => {
  it('is nothing where its bytes are not what was written', () => {
    const columns = new QueueColumns();
    for (let id = 1; id < 50; id++)
      columns.putItem({ ...PLAIN, id, time: id, language: id % 2 === 0 ? 'en' : 'de', contentHash: id % 7 });
    const bytes = encodePage(columns.part(0, 50));
    assert.equal(decodePage(0, bytes)?.columns.channel.length, 50);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ flip;
        decodePage(0, other);
        assert.equal(decodePage(0, bytes.subarray(0, at)), null);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => decodePage(0, any) === null));
  });
});

const PLAIN = {
  kind: 'message',
  empty: false,
  erased: false,
  channel: 1,
  author: 1,
  source: 1,
  version: 1,
} as const;

describe('the queue of a new model', () => {
  let k: Knocking & { readonly ids: Ids };
  beforeAll(async () => {
    k = await Knocking.withMessages(MESSAGES);
    await scored(k);
  });
  after(async () => await k[Symbol.asyncDispose]());

  it('shows what the rows say, whatever stood in before, and what was written while it was made', async () => {
    const { writer, queue, workspace } = k.desk.opened;
    for (const [name, item] of [
      ['second', 300],
      ['third', 5_000],
      ['fourth', 4_000],
    ] as const) {
      const before = queue.model?.revision.id;
      const revision = await writer.write('ensureRevision', { ...REVISION, name, adapter: null, depth: item });
      await writer.write('setSetting', { name: 'queue.previous', value: before });
      await writer.write('setSetting', { name: 'queue.revision', value: revision.id });
      const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'none', threads: 1 });
      const score = (from: number, to: number) =>
        writer.write('writeScores', {
          run,
          results: Array.from({ length: to - from }, (_, i) =>
            (from + i) % 5 === 0
              ? { item: from + i, version: 1, status: 'not-read' as const, reason: 'over-long' as const }
              : {
                  item: from + i,
                  version: 1,
                  status: 'scored' as const,
                  probabilities: new Float32Array([0.3, 0.7]),
                },
          ),
        });
      await score(item, item + 50);
      const decided = Array.from({ length: 2_500 }, (_, i) => ({ item: i + 1, version: 1 }));
      const decision = { labels: [k.ids.threat], reasons: [], note: null, spans: [], model: null };
      await writer.write('decide', { reviewer: k.ids.ada, seen: decided, decision });
      void queue.follow(decided.map((one) => one.item));
      const loading = queue.load(queueModelOf(workspace));
      const seen = [{ item: item + 7, version: 1 }];
      await k.client.review.decide({ reviewer: k.ids.ada, seen, labels: [k.ids.insult] });
      await loading;
      await score(item + 50, item + 60);
      await queue.follow(Array.from({ length: 10 }, (_, i) => item + 50 + i));
      assert.deepEqual(listedBy(queue), await shown(k.path), `the ${name} one`);
    }
  });
});

/** Opens it anew, and closes and opens it once more, so that all pages are there. */
async function kept(k: Knocking): Promise<void> {
  for (let n = 0; n < 2; n++) {
    await k.client.workspace.close();
    await k.client.workspace.open({ path: k.path });
    await k.client.queue.page({});
  }
  assert.deepEqual(keptPages(k.path), [0, 1, 2]);
}

const REVISION = {
  name: 'random',
  base: { name: 'none', sha256: '0'.repeat(64) },
  adapter: null,
  depth: 1,
  labels: ['fine', 'abusive'],
  fineLabel: 0,
  languages: [],
};

/** Gives every message a score, as a scoring job does. */
async function scored(k: Knocking): Promise<void> {
  const { writer, queue, workspace } = k.desk.opened;
  const revision = await writer.write('ensureRevision', REVISION);
  await writer.write('setSetting', { name: 'queue.revision', value: revision.id });
  const run = await writer.write('startRun', { revision, backend: 'cpu', layout: 'none', threads: 1 });
  const results = Array.from({ length: MESSAGES }, (_, i) => {
    const p = ((i * 7_919) % 1_000) / 1_000;
    return { item: i + 1, version: 1, status: 'scored' as const, probabilities: new Float32Array([1 - p, p]) };
  });
  await writer.write('writeScores', { run, results: results.filter(({ item }) => item !== UNREAD) });
  await queue.load(queueModelOf(workspace));
}

function keptPages(path: string): readonly number[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], number>('SELECT page FROM queue_pages ORDER BY page').pluck().all();
  } finally {
    db.close();
  }
}

function change(path: string, sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

/** Everything that a queue shows, in every order. */
async function shown(path: string) {
  using workspace = Workspace.open(path);
  const queue = new LiveQueue(workspace, queueModelOf(workspace));
  await queue.load(queue.model);
  return listedBy(queue);
}

function listedBy(queue: LiveQueue) {
  const listed = (order: (typeof ORDERS)[number]): readonly number[] => queue.page({}, order, 2 * MESSAGES, null).items;
  return {
    scores: Array.from(queue.columns.score.subarray(0, MESSAGES + 1), String),
    orders: Object.fromEntries(ORDERS.map((order) => [order, listed(order)])),
    blind: queue.all({ reviewer: 1 }, 'newest').length,
    facets: queue.facets(),
    versions: Array.from({ length: MESSAGES }, (_, i) => queue.versionOf(i + 1)),
  };
}
