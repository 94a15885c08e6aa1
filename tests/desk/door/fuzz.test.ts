import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ORPCError } from '@orpc/server';
import fc from 'fast-check';
import { ORDERS } from '../../../desk/queue/order.ts';
import { STATUSES } from '../../../desk/review/status.ts';
import { Knocking } from './fixtures.ts';

/** Calls in the whole run; MODERATO_FUZZ asks for more. */
const CALLS = Number(process.env['MODERATO_FUZZ'] ?? 3_000);

type Call = readonly [path: string, input: unknown];

/** Numbers that exist, and numbers that do not. */
const id = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, -1, 1.5, 999, 2 ** 53, NaN));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', "'; DROP TABLE items; --", '"', '*', 'NEAR(', '\u0000', 'x'.repeat(20_000)),
);
const seen = fc.array(fc.record({ item: id, version: fc.oneof(fc.constant(1), id) }), { maxLength: 4 });
const filter = fc.record(
  {
    channels: fc.array(id, { maxLength: 3 }),
    authors: fc.array(id, { maxLength: 3 }),
    languages: fc.array(text, { maxLength: 2 }),
    text,
    from: fc.oneof(fc.double(), id),
    to: fc.oneof(fc.double(), id),
    minScore: fc.double(),
    maxScore: fc.double({ min: 0, max: 1 }),
    predicted: fc.array(text, { maxLength: 1 }),
    labels: fc.array(id, { maxLength: 2 }),
    statuses: fc.array(fc.oneof(fc.constantFrom(...STATUSES), text), { maxLength: 2 }),
    notRead: fc.array(fc.constantFrom('empty', 'over-long', 'x'), { maxLength: 2 }),
    audit: fc.boolean(),
    disagree: fc.boolean(),
  },
  { requiredKeys: [] },
);
const order = fc.oneof(fc.constantFrom(...ORDERS), text);
const reviewer = fc.oneof(fc.constantFrom(1, 2), id);
const decision = {
  labels: fc.array(id, { maxLength: 3 }),
  reasons: fc.array(text, { maxLength: 2 }),
  note: fc.oneof(fc.constant(null), text),
};
const some = fc.oneof(fc.anything(), fc.constant(undefined));

const call: fc.Arbitrary<Call> = fc.oneof(
  ...(
    [
      ['workspace.state', some],
      ['workspace.check', some],
      ['workspace.open', fc.record({ path: text, create: fc.constantFrom('never', 'may', 'must', 'x') })],
      ['workspace.copy', fc.record({ to: fc.constant('/nonexistent/folder/copy') })],
      ['workspace.unlock', fc.record({ secret: fc.record({ kind: fc.constant('passphrase'), passphrase: text }) })],
      ['jobs.list', some],
      ['jobs.get', fc.record({ job: id })],
      ['jobs.pause', fc.record({ job: id })],
      ['jobs.cancel', fc.record({ job: id })],
      [
        'jobs.start',
        fc.record({
          kind: fc.constantFrom('import', 'x'),
          paths: fc.array(
            text.map((name) => `/nonexistent/${name}`),
            { maxLength: 2 },
          ),
        }),
      ],
      [
        'imports.preview',
        fc.record(
          {
            paths: fc.array(
              text.map((name) => `/nonexistent/${name}`),
              { maxLength: 2 },
            ),
            columns: fc.record({ text }),
          },
          { requiredKeys: ['paths'] },
        ),
      ],
      ['workspace.wipe', fc.record({ path: text })],
      ['revisions.learnable', some],
      ['queue.page', fc.record({ order, filter, size: id, reviewer }, { requiredKeys: [] })],
      ['queue.count', fc.record({ order, filter, reviewer }, { requiredKeys: [] })],
      ['queue.facets', some],
      ['queue.author', fc.record({ pseudonym: text })],
      ['queue.item', fc.record({ item: id })],
      ['queue.conversation', fc.record({ item: id, before: id, after: id })],
      ['queue.explain', fc.record({ item: id })],
      [
        'review.decide',
        fc.record({
          reviewer,
          seen,
          ...decision,
          spans: fc.array(fc.record({ start: id, end: id }), { maxLength: 2 }),
          settles: fc.boolean(),
        }),
      ],
      ['review.decideAll', fc.record({ reviewer, filter, expected: id, ...decision })],
      ['review.skip', fc.record({ reviewer, seen })],
      ['review.escalate', fc.record({ reviewer, seen, reason: fc.constantFrom('legal', 'other', 'x'), note: text })],
      ['review.reopen', fc.record({ reviewer, seen, reason: fc.constantFrom('appeal', 'x'), note: text })],
      ['review.doubleReview', fc.record({ reviewer, share: fc.oneof(fc.double(), fc.constantFrom(0.2, 1)) })],
      ['reviewers.agreement', some],
      ['review.note', fc.record({ reviewer, seen: fc.record({ item: id, version: id }), note: text })],
      ['review.undo', fc.record({ reviewer })],
      ['review.redo', fc.record({ reviewer })],
      ['review.history', fc.record({ item: id })],
      ['policies.put', fc.record({ id, name: text, guidance: text }, { requiredKeys: ['name', 'guidance'] })],
      ['labels.put', fc.record({ id, name: text, severity: id, key: text }, { requiredKeys: ['name', 'severity'] })],
      ['labels.arrange', fc.record({ ids: fc.array(id, { maxLength: 4 }) })],
      ['reviewers.add', fc.record({ name: text })],
      ['audit.verify', fc.record({ head: text }, { requiredKeys: [] })],
      ['revisions.list', some],
      ['revisions.promote', fc.record({ reviewer, revision: id, override: fc.constantFrom('worse', 'unknown', 'x') })],
      ['revisions.keep', fc.record({ revision: id })],
      ['revisions.rollBack', fc.record({ reviewer })],
      ['audit.heads', some],
      ['audit.hold', fc.record({ reviewer, item: id, reason: text })],
      ['audit.release', fc.record({ reviewer, item: id })],
      ['audit.reveal', fc.record({ reviewer, author: id })],
      ['settings.set', fc.record({ contact: text, lockAfter: id }, { requiredKeys: [] })],
    ] as const
  ).flatMap(([path, input]) => [
    { weight: 8, arbitrary: fc.tuple(fc.constant(path), input as fc.Arbitrary<unknown>) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(path), some) },
  ]),
);

describe('the door, knocked at with anything', () => {
  it(`answers or refuses ${CALLS} calls, and the workspace is whole afterwards`, async () => {
    await using k = await Knocking.withMessages(10);
    const knock = async ([path, input]: Call): Promise<'done' | 'refused'> => {
      const [family = '', name = ''] = path.split('.');
      const client = k.client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
      try {
        await client[family]?.[name]?.(input);
        return 'done';
      } catch (error) {
        assert.ok(error instanceof ORPCError, `${path} failed with ${String(error)}`);
        assert.ok(error.code === 'REFUSED' || error.code === 'BAD_REQUEST', `${path}: ${error.code} ${error.message}`);
        return 'refused';
      }
    };
    const tally = { done: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 50, maxLength: 50, size: 'max' }), async (calls) => {
        // At once, as a window would.
        for (const outcome of await Promise.all(calls.map(knock))) tally[outcome]++;
      }),
      { numRuns: CALLS / 50 },
    );
    assert.ok(tally.done > CALLS / 20 && tally.refused > CALLS / 20, JSON.stringify(tally));
    const { client } = k;
    assert.deepEqual(await client.workspace.check(), { whole: true, problems: [] });
    const { chains } = await client.audit.verify({});
    assert.deepEqual(
      chains.filter(({ broken }) => broken !== null),
      [],
    );
    assert.ok(chains.some(({ links }) => links > 0));
  });
});
