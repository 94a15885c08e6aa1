import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { QueueColumns } from '../../../desk/queue/columns.ts';
import { type QueueFilter, idsOf } from '../../../desk/queue/filter.ts';
import { MARKS_OF, ORDERS, keysOf } from '../../../desk/queue/order.ts';
import { PageRoom } from '../../../desk/queue/page-room.ts';
import { type Place, pageOf, placeAt } from '../../../desk/queue/page.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { STATUSES, statusCode } from '../../../desk/review/status.ts';
import { NOT_READ_REASONS } from '../../../desk/store/not-read.ts';

/** Few values of everything, so that equals and empty results come up. */
const fact = fc.record({
  kind: fc.constantFrom('message' as const, 'message' as const, 'media-only' as const, 'system' as const),
  empty: fc.boolean(),
  erased: fc.constantFrom(false, false, false, true),
  channel: fc.integer({ min: 1, max: 3 }),
  author: fc.option(fc.integer({ min: 1, max: 4 })),
  time: fc.option(fc.integer({ min: 1, max: 6 })),
  language: fc.constantFrom('en', 'de', ''),
  source: fc.integer({ min: 1, max: 2 }),
  score: fc.option(fc.constantFrom<number[]>(0, 0.25, 0.5, 0.75, 1)),
  predicted: fc.integer({ min: 0, max: 7 }),
  reason: fc.option(fc.constantFrom('over-long' as const, 'language' as const)),
  status: fc.constantFrom(...STATUSES),
  label: fc.option(fc.integer({ min: 1, max: 3 })),
  disagree: fc.boolean(),
  audit: fc.boolean(),
});
type Fact = typeof fact extends fc.Arbitrary<infer T> ? T : never;

const risingIds = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
  .map((ids) => Uint32Array.from(ids).sort());

const filters: fc.Arbitrary<QueueFilter> = fc.record(
  {
    channels: fc.subarray([1, 2, 3]),
    authors: fc.subarray([1, 2, 3, 4]),
    sources: fc.subarray([1, 2]),
    languages: fc.subarray(['en', 'de', '', 'xx']),
    from: fc.integer({ min: 0, max: 7 }),
    to: fc.integer({ min: 0, max: 7 }),
    minScore: fc.constantFrom(0, 0.3, 0.5),
    maxScore: fc.constantFrom(0.5, 0.9),
    predicted: fc.subarray([0, 1, 2]),
    decided: fc.subarray([1, 2, 3]),
    statuses: fc.subarray([...STATUSES]),
    notRead: fc.subarray([...NOT_READ_REASONS]),
    audit: fc.boolean(),
    disagree: fc.boolean(),
    found: risingIds,
    like: risingIds,
    hidden: fc.array(risingIds, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

function columnsOf(facts: readonly Fact[]): QueueColumns {
  const columns = new QueueColumns();
  facts.forEach((one, i) => {
    const item = i + 1;
    columns.putItem({ ...one, id: item, version: 1, contentHash: item });
    const scored = one.reason === null ? one.score : null;
    columns.putScore(
      { item, score: scored, predicted: scored === null ? 0 : one.predicted, reason: one.reason },
      false,
    );
    columns.putReview({ ...one, item, status: statusCode(one.status), decidedAt: item, blindTo: null, parties: [] });
    if (one.audit) columns.putAudit(item, (item * 7) % 11);
  });
  return columns;
}

/** The same in plain words, one item at a time. */
function passes(one: Fact, item: number, filter: QueueFilter): boolean {
  const has = <T>(list: readonly T[] | undefined, value: T): boolean => list === undefined || list.includes(value);
  const score = one.reason === null ? one.score : null;
  const never = one.kind === 'media-only' ? 'media-only' : one.empty ? 'empty' : null;
  const reason = one.reason ?? (score === null ? never : null);
  return (
    !one.erased &&
    one.kind !== 'system' &&
    has(filter.channels, one.channel) &&
    (filter.authors === undefined || (one.author !== null && filter.authors.includes(one.author))) &&
    has(filter.sources, one.source) &&
    has(filter.languages, one.language) &&
    (filter.from === undefined || (one.time !== null && one.time >= filter.from)) &&
    (filter.to === undefined || (one.time !== null && one.time < filter.to)) &&
    (filter.minScore === undefined || (score !== null && score >= filter.minScore)) &&
    (filter.maxScore === undefined || (score !== null && score <= filter.maxScore)) &&
    (filter.predicted === undefined ||
      (score !== null && filter.predicted.some((place) => ((one.predicted >> place) & 1) === 1))) &&
    (filter.decided === undefined || (one.label !== null && filter.decided.includes(one.label))) &&
    has(filter.statuses, one.status) &&
    (filter.notRead === undefined || (reason !== null && filter.notRead.includes(reason))) &&
    (filter.audit === undefined || filter.audit === one.audit) &&
    (filter.disagree === undefined || filter.disagree === one.disagree) &&
    (filter.found === undefined || filter.found.includes(item)) &&
    (filter.like === undefined || filter.like.includes(item)) &&
    !(filter.hidden ?? []).some((ids) => ids.includes(item))
  );
}

const room = new PageRoom();

const passing = (columns: QueueColumns, filter: QueueFilter): readonly number[] => [...idsOf(columns, filter, 0, room)];

describe('filters', () => {
  it('let pass what they say, whatever is combined', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 60 }), filters, (facts, filter) => {
        const wanted = facts.flatMap((one, i) => (passes(one, i + 1, filter) ? [i + 1] : []));
        assert.deepEqual(passing(columnsOf(facts), filter), wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('find their place in queues that are longer than what is looked at together', () => {
    const random = seededRandom(11);
    const facts = fc.sample(fact, { numRuns: 9_500, seed: 4 });
    const columns = columnsOf(facts);
    const found = Uint32Array.from(facts.flatMap((_, i) => (random() < 0.3 ? [i + 1] : [])));
    const edges = [2, 4_095, 4_096, 4_097, 8_191, 8_192, 9_500].map((id) => ({ found: Uint32Array.of(1, id) }));
    const filters = [{ found }, { found, statuses: ['open' as const] }, { audit: true }, { disagree: false }];
    for (const filter of [...edges, ...filters])
      assert.deepEqual(
        passing(columns, filter),
        facts.flatMap((one, i) => (passes(one, i + 1, filter) ? [i + 1] : [])),
      );
  });

  it('keep appeals from whom they are against', () => {
    const columns = new QueueColumns();
    for (const id of [1, 2]) {
      columns.putItem({
        id,
        kind: 'message',
        empty: false,
        erased: false,
        channel: 1,
        author: 1,
        time: 1,
        language: 'en',
        source: 1,
        version: 1,
        contentHash: id,
      });
      columns.putReview({
        item: id,
        status: statusCode('reopened'),
        label: null,
        disagree: false,
        decidedAt: 1,
        blindTo: id,
        parties: [],
      });
    }
    assert.deepEqual(passing(columns, { reviewer: 1 }), [2]);
    assert.deepEqual(passing(columns, { reviewer: 3 }), [1, 2]);
  });
});

describe('pages', () => {
  it('give every item of an order once, the highest keys first, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fact, { maxLength: 600 }),
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 1, max: 40 }),
        (facts, order, size) => {
          const columns = columnsOf(facts);
          const ids = idsOf(columns, {}, MARKS_OF[order], room);
          const keys = keysOf(columns, order, ids, room);
          const tuple = (i: number): readonly number[] => [
            keys.first[keys.through?.[i] ?? i] ?? 0,
            keys.second?.(i) ?? 0,
            -i,
          ];
          const sorted = [...ids].sort(
            (a, b) =>
              tuple(b)
                .map((x, i) => x - (tuple(a)[i] ?? 0))
                .find((d) => d !== 0) ?? 0,
          );
          const seen: number[] = [];
          for (let after: Place | null = null, first = true; first || after !== null; first = false) {
            const page = pageOf(ids, keys, size, after);
            assert.equal(page.total, sorted.length);
            assert.equal(page.before, seen.length);
            seen.push(...page.items);
            after = page.next;
          }
          assert.deepEqual(seen, sorted);
          // The same from anywhere, without the pages before.
          for (const rank of [0, 1, size, sorted.length - 1, sorted.length]) {
            const place = placeAt(ids, keys, rank - 1);
            assert.equal(place === null, rank < 1 || rank > sorted.length);
            if (place !== null) assert.deepEqual(pageOf(ids, keys, size, place).items, sorted.slice(rank, rank + size));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('orders', () => {
  const columns = columnsOf([]);
  const put = (id: number, over: Partial<Fact> & { status?: Fact['status'] }): void => {
    const one: Fact = {
      kind: 'message',
      empty: false,
      erased: false,
      channel: 1,
      author: 1,
      time: id,
      language: 'en',
      source: 1,
      score: 0.5,
      predicted: 0,
      reason: null,
      status: 'open',
      label: null,
      disagree: false,
      audit: false,
      ...over,
    };
    columns.putItem({ ...one, id, version: 1, contentHash: id });
    columns.putScore({ item: id, score: one.reason ? null : one.score, predicted: 0, reason: one.reason }, false);
    columns.putReview({ ...one, item: id, status: statusCode(one.status), decidedAt: id, blindTo: null, parties: [] });
    if (one.audit) columns.putAudit(id, 1 / id);
  };
  put(1, { score: 0.9 });
  put(2, { score: 0.08, status: 'escalated', channel: 2, author: 2 });
  put(3, { score: 0.55, channel: 2, author: 3, audit: true });
  put(4, { score: 0.2, status: 'reopened', author: 2, disagree: true });
  put(5, { score: null, reason: 'over-long' });
  put(6, { score: 0.95, channel: 2, author: 2, audit: true });
  put(7, { score: 0.3, status: 'changed' });
  const wanted = {
    urgent: [2, 4, 7, 6, 1, 3],
    uncertain: [3, 7, 4, 1, 2, 6],
    newest: [7, 6, 5, 4, 3, 2, 1],
    conversation: [2, 3, 6, 1, 4, 5, 7],
    author: [6, 4, 2, 1, 7, 5, 3],
    audit: [6, 3],
    disagreement: [4],
    'not-read': [5],
  } as const;
  for (const order of ORDERS) {
    it(`${order}: put first what they are for`, () => {
      const ids = idsOf(columns, {}, MARKS_OF[order], room);
      const keys = keysOf(columns, order, ids, room);
      assert.deepEqual(pageOf(ids, keys, 50, null).items, wanted[order]);
    });
  }
});
