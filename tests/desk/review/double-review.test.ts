import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeskError } from '../../../desk/errors.ts';
import { decide, reopen, undo } from '../../../desk/review/deeds.ts';
import { drawDoubleReview } from '../../../desk/review/double-review.ts';
import { appealsIn, ratingsOf } from '../../../desk/review/ratings.ts';
import { atOnce } from '../../../desk/slices.ts';
import { NOW, as, community, first } from './fixtures.ts';

const kind = (wanted: DeskError['kind']) => (error: unknown) => error instanceof DeskError && error.kind === wanted;

describe('a double review', () => {
  it('draws from what one reviewer decided, for others alone, and one undo takes it back', async () => {
    using c = await community(8);
    const { workspace: store, ada, ben, labels } = c;
    assert.throws(() => drawDoubleReview(store, ben, 0.5, NOW), kind('nothing-to-do'));
    decide(store, ada, first(1, 2, 3, 4, 5, 6), as(labels.insult), NOW);
    decide(store, ben, first(6), as(labels.insult), NOW);
    const { items } = drawDoubleReview(store, ben, 0.5, NOW);
    assert.equal(items.length, 3);
    assert.ok(
      items.every((item) => item < 6),
      'what two decided is not drawn',
    );
    for (const item of items) {
      assert.equal(store.reviews.get(item)?.status, 'reopened');
      assert.equal(store.reviews.get(item)?.blindTo, ada.id);
    }
    const [one = 0] = items;
    assert.throws(() => decide(store, ada, first(one), as(labels.fine), NOW), kind('not-allowed'));
    undo(store, ben, NOW);
    assert.ok(items.every((item) => store.reviews.get(item)?.status === 'decided'));
  });

  it('leaves one decision of each message to compare others with, and none of one that is being decided anew', async () => {
    using c = await community(8);
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1, 2, 3), as(labels.insult), NOW);
    decide(store, ben, first(2), as(labels.threat), NOW);
    const latest = () => store.reviews.latest(10).map(({ item, labels: ids }) => [item, ...ids]);
    assert.deepEqual(latest(), [
      [2, labels.threat],
      [3, labels.insult],
      [1, labels.insult],
    ]);
    reopen(store, ben, first(3), { reason: 'double-review', note: null }, NOW);
    assert.deepEqual(latest(), [
      [2, labels.threat],
      [1, labels.insult],
    ]);
    assert.deepEqual(store.reviews.latest(1).length, 1);
  });

  it('gives every message the same chance', async () => {
    using c = await community(8);
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1, 2, 3, 4, 5), as(labels.insult), NOW);
    const drawn = new Map<string, number>();
    // Every sequence of draws that there can be, once.
    for (let a = 0; a < 5; a++)
      for (let b = 0; b < 4; b++) {
        const answers = [(a + 0.5) / 5, (b + 0.5) / 4];
        const { items } = drawDoubleReview(store, ben, 0.4, NOW, () => answers.shift() ?? 0);
        for (const item of items) drawn.set(String(item), (drawn.get(String(item)) ?? 0) + 1);
        undo(store, ben, NOW);
      }
    assert.deepEqual(Object.fromEntries(drawn), { 1: 8, 2: 8, 3: 8, 4: 8, 5: 8 });
  });

  it('gives ratings that rest on nothing but the message', async () => {
    using c = await community(8);
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1, 2, 3, 4), as(labels.insult), NOW);
    reopen(store, ben, first(1), { reason: 'appeal', note: null }, NOW);
    decide(store, ben, first(1), as(labels.fine), NOW);
    // Ben sees what Ada decided about the second.
    decide(store, ben, first(2), as(labels.fine), NOW);
    reopen(store, ben, first(3), { reason: 'mistake', note: null }, NOW);
    decide(store, ben, first(3), as(), NOW);
    // They talked about it.
    decide(store, ada, first(3), as(labels.fine), NOW);
    drawDoubleReview(store, ada, 1, NOW);
    decide(store, ben, first(4), as(labels.insult, labels.threat), NOW);
    const rated = atOnce(ratingsOf(store)).map(({ unit, reviewer, labels: given, drawn }) => [
      unit,
      reviewer,
      given,
      drawn,
    ]);
    assert.deepEqual(rated, [
      [1, ada.id, [labels.insult], false],
      [2, ada.id, [labels.insult], false],
      [3, ada.id, [labels.insult], false],
      // That none applies is what "fine" says.
      [3, ben.id, [labels.fine], false],
      [4, ada.id, [labels.insult], true],
      [4, ben.id, [labels.insult, labels.threat], true],
    ]);
  });
});

describe('what reviewers see differently', () => {
  it('is settled by a third, until somebody sees it differently again', async () => {
    using c = await community(4);
    const { workspace: store, ada, ben, labels } = c;
    const cleo = store.reviewers.add('Cleo', NOW);
    const settle = { ...as(labels.fine), settles: true };
    decide(store, ada, first(1), as(labels.insult), NOW);
    assert.throws(() => decide(store, cleo, first(1), settle, NOW), kind('nothing-to-do'));
    decide(store, ben, first(1), as(labels.fine), NOW);
    assert.deepEqual(store.queueFacts.reviews(0, 1)[0]?.parties.toSorted(), [ada.id, ben.id]);
    assert.throws(() => decide(store, ben, first(1), settle, NOW), kind('not-allowed'));
    // A third who just decides settles nothing.
    decide(store, cleo, first(1), as(labels.fine), NOW);
    assert.equal(store.reviews.get(1)?.disagree, true);
    undo(store, cleo, NOW);
    decide(store, cleo, first(1), settle, NOW);
    assert.equal(store.reviews.get(1)?.disagree, false);
    assert.equal(store.reviews.get(1)?.label, labels.fine);
    assert.deepEqual(store.queueFacts.reviews(0, 1)[0]?.parties, []);
    decide(store, ben, first(1), as(labels.fine), NOW);
    assert.equal(store.reviews.get(1)?.disagree, false, 'Ben agrees with it');
    decide(store, ada, first(1), as(labels.insult), NOW);
    assert.equal(store.reviews.get(1)?.disagree, true);
    undo(store, ada, NOW);
    undo(store, cleo, NOW);
    assert.equal(store.reviews.get(1)?.disagree, true);
  });

  it('is no difference where they saw different texts', async () => {
    using c = await community(4);
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1), as(labels.insult), NOW);
    // As an import changes it.
    const { item, link } = { item: 1, link: store.links.at(ada.id, 1) };
    assert.ok(link);
    store.links.place(link.id, { ...link, item, version: 0 });
    decide(store, ben, first(1), as(labels.fine), NOW);
    assert.equal(store.reviews.get(1)?.disagree, false);
  });
});

describe('appeals', () => {
  it('are counted with what became of them', async () => {
    using c = await community(8);
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1, 2, 3, 4, 5), as(labels.insult), NOW);
    reopen(store, ada, first(1, 2, 3, 4), { reason: 'appeal', note: null }, NOW);
    reopen(store, ben, first(1), { reason: 'appeal', note: 'once more' }, NOW);
    reopen(store, ben, first(5), { reason: 'mistake', note: null }, NOW);
    decide(store, ben, first(1, 5), as(labels.fine), NOW);
    decide(store, ben, first(2), as(labels.insult), NOW);
    decide(store, ben, first(3), as(labels.fine), NOW);
    undo(store, ben, NOW);
    assert.deepEqual(atOnce(appealsIn(store)), { made: 4, decided: 2, overturned: 1 });
  });
});
