import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeskError } from '../../../desk/errors.ts';
import { verifyChain } from '../../../desk/review/chain.ts';
import { annotate, decide, escalate, redo, reopen, skip, undo } from '../../../desk/review/deeds.ts';
import { followAll } from '../../../desk/review/follow.ts';
import { erase } from '../../../desk/review/erase.ts';
import { putLabel } from '../../../desk/review/words.ts';
import type { SignedChain } from '../../../desk/review/signed-file.ts';
import type { Reviewer } from '../../../desk/store/reviewers.ts';
import { Folder, message, messages } from '../store/fixtures.ts';
import { NOW, as } from './fixtures.ts';
import { Place, orders } from './several.ts';

const kind = (wanted: DeskError['kind']) => (error: unknown) => error instanceof DeskError && error.kind === wanted;
const hour = 3_600_000;

/** Five reviewers, each with a workspace of their own; some know what others did before. */
async function five(folder: Folder): Promise<readonly SignedChain[]> {
  const chains: SignedChain[] = [];
  for (let n = 0; n < 5; n++) {
    // Messages lie in another order everywhere, and not everybody has all of them.
    const rows = messages(1, 8 + (n % 3)).sort((a, b) => Number(b.id) * (n - 2) - Number(a.id) * (n - 2));
    using place = await Place.of(folder, `five-${n}`, rows);
    const { store } = place;
    const me = store.reviewers.add(`Reviewer number ${n}`, NOW);
    const insult = place.label(n === 1 ? 'Insult' : 'insult', 1 + (n % 2));
    const fine = place.label('fine', 0);
    const spam = place.label(n % 2 === 0 ? 'spam' : 'SPAM', n % 4);
    const first = NOW - 50 * hour + n * 7;
    // The third and the fifth have seen what the first two did.
    if (n === 2 || n === 4) place.merge(...chains.slice(0, 2));
    decide(store, me, place.seen(1, 2), as(n < 3 ? insult : fine), first);
    decide(store, me, place.seen(3), as(spam), first + hour);
    decide(store, me, place.seen(4), as(insult, spam), first + 2 * hour);
    undo(store, me, first - hour);
    if (n % 2 === 0) redo(store, me, first);
    skip(store, me, place.seen(5), first);
    if (n === 3) escalate(store, me, place.seen(6), { reason: 'legal', note: 'look at this' }, first);
    if (n === 2) {
      reopen(store, me, place.seen(1), { reason: 'appeal', note: null }, first + 3 * hour);
      decide(store, me, place.seen(2), { ...as(fine), reasons: ['again'] }, first + 3 * hour);
    }
    if (n === 4) {
      decide(store, me, place.seen(8), as(insult), first + 4 * hour);
      annotate(store, me, place.seen(8)[0] ?? { item: 0, version: 0 }, 'a note', first);
      undo(store, me, first + 5 * hour);
    }
    decide(store, me, place.seen(7), as(...(n % 2 === 0 ? [] : [fine])), first + 6 * hour);
    chains.push(await place.read(me, `five-${n}.signed`));
  }
  return chains;
}

describe('decisions of five reviewers', () => {
  it('give the same heads, reviews and labels in all 120 orders, and again changes nothing', async () => {
    using folder = new Folder();
    const chains = await five(folder);
    const base = await Place.of(folder, 'base');
    base.label('fine', 0);
    const { path } = base.store;
    base.store.close();
    let expected: unknown;
    for (const [i, order] of orders(chains).entries()) {
      using place = Place.copyOf(folder, path, `order-${i}`);
      for (const chain of order) place.merge(chain);
      const outcome = place.outcome();
      expected ??= outcome;
      assert.deepEqual(outcome, expected, `order ${i}`);
      if (i % 40 !== 0) continue;
      const again = place.merge(...order);
      assert.deepEqual([again.items, again.files.map(({ added }) => added)], [[], [0, 0, 0, 0, 0]]);
      assert.deepEqual(place.outcome(), expected);
      for (const reviewer of place.store.reviewers.list())
        assert.equal(verifyChain(place.store, reviewer).broken, null);
      assert.deepEqual(place.store.problems(), []);
    }
    const text = JSON.stringify(expected);
    assert.ok(text.includes('"disagree":true') && text.includes('reopened') && text.includes('escalated'));
  });

  it('wait for messages that are not here, and count once they are imported, whenever that is', async () => {
    using folder = new Folder();
    const chains = await five(folder);
    const rows = messages(1, 10);
    const outcomes: unknown[] = [];
    for (const after of [0, 1, 3, 5]) {
      using place = await Place.of(folder, `later-${after}`, rows.slice(0, 3));
      for (const [i, chain] of chains.entries()) {
        if (i === after) await place.import('rest', rows.slice(3));
        if (i === after) place.placeWaiting();
        place.merge(chain);
        if (i < after) assert.ok(place.store.waitingLinks.count > 0);
      }
      if (after === 5) await place.import('rest', rows.slice(3));
      place.placeWaiting();
      assert.equal(place.store.waitingLinks.count, 0);
      outcomes.push(place.outcome());
      assert.deepEqual(place.outcome(), outcomes[0], `imported after ${after} files`);
    }
  });
});

describe('a merge', () => {
  /** Two workspaces, one reviewer in each. */
  async function two(
    folder: Folder,
    rows = messages(1, 4),
  ): Promise<{ there: Place; here: Place; ada: Reviewer; ben: Reviewer }> {
    const there = await Place.of(folder, 'there', rows);
    const here = await Place.of(folder, 'here', rows);
    return { there, here, ada: there.store.reviewers.add('Ada', NOW), ben: here.store.reviewers.add('Ben', NOW) };
  }

  /** Something that is undone, done again, and undone for good. */
  function redoable(place: Place, ada: Reviewer): void {
    decide(place.store, ada, place.seen(90), as(place.label('spam', 1)), NOW);
    undo(place.store, ada, NOW);
    redo(place.store, ada, NOW);
    undo(place.store, ada, NOW);
  }

  it('of a longer chain brings what is new; of a shorter one, nothing', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    const rude = there.label('rude', 2);
    decide(there.store, ada, there.seen(1, 2), as(rude), NOW);
    const short = await there.read(ada, 'short');
    undo(there.store, ada, NOW);
    decide(there.store, ada, there.seen(3), as(rude), NOW);
    const long = await there.read(ada, 'long');
    assert.equal(here.merge(short).files[0]?.added, 2);
    assert.equal(here.store.reviews.get(1)?.status, 'decided');
    assert.equal(here.merge(long).files[0]?.added, 2);
    const outcome = here.outcome();
    assert.equal(here.store.reviews.get(1), undefined);
    assert.equal(here.store.reviews.get(3)?.status, 'decided');
    assert.equal(here.merge(short).files[0]?.added, 0);
    assert.deepEqual(here.outcome(), outcome);
    there.store.close();
    here.store.close();
  });

  it('that is broken off after any piece leaves what a shorter file would give, and is gone on with', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder, messages(1, 100));
    const [rude, fine] = [there.label('rude', 2), there.label('fine', 0)];
    decide(there.store, ada, there.seen(...Array.from({ length: 70 }, (_, i) => i + 1)), as(rude), NOW);
    undo(there.store, ada, NOW);
    decide(there.store, ada, there.seen(1, 2), as(fine), NOW);
    redoable(there, ada);
    const chain = await there.read(ada, 'chain');
    here.store.checkpoint();
    const { path } = here.store;
    const whole = Place.copyOf(folder, path, 'whole');
    whole.merge(chain);
    let broken = 0;
    for (let pieces = 0; ; pieces++) {
      using place = Place.copyOf(folder, path, `broken-${pieces}`);
      const isAll = place.mergeSome(pieces, chain);
      const reviewer = place.store.reviewers.byKey(ada.publicKey);
      if (reviewer !== undefined) {
        // What is shown is what the links that are in say.
        assert.equal(verifyChain(place.store, reviewer).broken, null);
        const shown = place.outcome();
        followAll(
          place.store,
          Array.from({ length: 100 }, (_, i) => i + 1),
        );
        assert.deepEqual(place.outcome(), shown, `after ${pieces} pieces`);
      }
      if (isAll) break;
      broken++;
      place.merge(chain);
      assert.deepEqual(place.outcome(), whole.outcome(), `gone on with after ${pieces} pieces`);
    }
    assert.ok(broken >= 5, `${broken} places to break it off`);
    whole.store.close();
    there.store.close();
    here.store.close();
  });

  it('of two files of one name that part is refused before anything is written', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    const rude = there.label('rude', 2);
    there.store.checkpoint();
    using copy = Place.copyOf(folder, there.store.path, 'copy');
    decide(there.store, ada, there.seen(1), as(rude), NOW);
    const own = copy.store.reviewers.byName('Ada') ?? assert.fail();
    decide(copy.store, own, copy.seen(2), as(rude), NOW);
    const chains = [await there.read(ada, 'one'), await copy.read(own, 'other')];
    const before = here.outcome();
    assert.throws(() => here.merge(...chains), kind('conflict'));
    assert.deepEqual(here.outcome(), before);
    there.store.close();
    here.store.close();
  });

  it('back into its own workspace changes nothing, and into a copy that stood still brings it on', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    const rude = there.label('rude', 2);
    decide(there.store, ada, there.seen(1), as(rude), NOW);
    there.store.checkpoint();
    using copy = Place.copyOf(folder, there.store.path, 'copy');
    decide(there.store, ada, there.seen(2), as(rude), NOW);
    const chain = await there.read(ada, 'chain');
    assert.deepEqual(there.merge(chain).items, []);
    copy.merge(chain);
    assert.deepEqual(copy.outcome(), there.outcome());
    const own = copy.store.reviewers.byName('Ada');
    assert.ok(own?.own);
    assert.deepEqual(
      undo(copy.store, own, NOW).items,
      copy.seen(2).map(({ item }) => item),
    );
    there.store.close();
    here.store.close();
  });

  it('is refused where somebody went on under one name in two copies, and names the link', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    const rude = there.label('rude', 2);
    decide(there.store, ada, there.seen(1), as(rude), NOW);
    there.store.checkpoint();
    using copy = Place.copyOf(folder, there.store.path, 'copy');
    decide(there.store, ada, there.seen(2), as(rude), NOW);
    const one = await there.read(ada, 'one');
    const own = copy.store.reviewers.byName('Ada');
    assert.ok(own);
    decide(copy.store, own, copy.seen(3, 4), as(rude), NOW);
    const other = await copy.read(own, 'other');
    here.merge(one);
    const before = here.outcome();
    assert.throws(
      () => here.merge(other),
      (error) => kind('conflict')(error) && /line 3.*link 2/.test(String(error)),
    );
    assert.deepEqual(here.outcome(), before);
    there.store.close();
    here.store.close();
  });

  it('knows a text by what it says, not by the number that it had elsewhere', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    const edited = [message({ id: '2', text: 'the text as it was edited later', edited: { ms: NOW, zone: 'utc' } })];
    await there.import('edited', edited, 9_000);
    const rude = there.label('rude', 2);
    assert.equal(there.seen(2)[0]?.version, 2);
    decide(there.store, ada, there.seen(1, 2), as(rude), NOW);
    const chain = await there.read(ada, 'chain');
    // Here, only the edited text was ever imported.
    using third = await Place.of(folder, 'third', [...messages(1, 1), ...edited]);
    third.merge(chain);
    assert.equal(third.store.reviews.get(third.item(2))?.status, 'decided');
    assert.equal(third.store.reviews.verdicts(third.item(2))[0]?.version, 1);
    // Here, only the one before: what was decided is about another text, until that comes.
    here.merge(chain);
    assert.equal(here.store.reviews.get(here.item(2))?.status, 'changed');
    assert.equal(here.store.waitingLinks.count, 1);
    await here.import('edited', edited, 9_000);
    here.placeWaiting();
    assert.equal(here.store.reviews.get(here.item(2))?.status, 'decided');
    for (const place of [here, third]) {
      const reviewer = place.store.reviewers.byKey(ada.publicKey);
      assert.ok(reviewer && !reviewer.own);
      assert.equal(verifyChain(place.store, reviewer).broken, null);
    }
    there.store.close();
    here.store.close();
  });

  it('does not bring back what was erased here, nor take out what was erased elsewhere', async () => {
    using folder = new Folder();
    const { there, here, ada, ben } = await two(folder);
    const rude = there.label('rude', 2);
    decide(there.store, ada, there.seen(1, 2), { ...as(rude), note: 'SECRETNOTE' }, NOW);
    const early = await there.read(ada, 'early');
    erase(there.store, ada, { items: [there.item(2)] }, 'asked to', NOW);
    const late = await there.read(ada, 'late');
    erase(here.store, ben, { items: [here.item(1)] }, 'asked to', NOW);
    const merged = here.merge(late);
    assert.deepEqual(merged.files[0]?.erasedElsewhere, [here.item(2)]);
    assert.equal(here.store.reviews.get(here.item(1)), undefined);
    assert.equal(here.store.reviews.get(here.item(2))?.status, 'changed', 'nobody can tell which text it was about');
    // The file from before the text was erased there knows it.
    here.merge(early);
    assert.equal(here.store.reviews.get(here.item(2))?.status, 'decided');
    const links = here.store.links.chain(here.store.reviewers.byKey(ada.publicKey)?.id ?? 0, 0, 9);
    assert.deepEqual(
      links.map(({ note }) => note),
      [null, 'SECRETNOTE', null],
    );
    using other = await Place.of(folder, 'other', messages(1, 4));
    const carl = other.store.reviewers.add('Carl', NOW);
    erase(other.store, carl, { items: [other.item(1)] }, 'asked to', NOW);
    other.merge(early);
    other.merge(late);
    const reviewsOf = (place: Place) => [2, 3].map((id) => place.store.reviews.get(place.item(id))?.status);
    assert.deepEqual(reviewsOf(other), reviewsOf(here));
    there.store.close();
    here.store.close();
  });

  it('leaves the severity of labels that somebody here has set', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    here.label('rude', 1);
    decide(there.store, ada, there.seen(1), as(there.label('RUDE', 3), there.label('spam', 2)), NOW);
    const chain = await there.read(ada, 'chain');
    assert.deepEqual(here.merge(chain).labels, ['spam']);
    const severities = here.store.policies.labels().map(({ name, severity }) => [name, severity]);
    assert.deepEqual(severities, [
      ['rude', 1],
      ['spam', 2],
    ]);
    const spam = here.store.policies.labelNamed('spam') ?? 0;
    const label = here.store.policies.label(spam);
    assert.ok(label);
    putLabel(here.store, { ...label, severity: 0 });
    const carl = there.store.reviewers.add('Carl', NOW);
    decide(there.store, carl, there.seen(1), as(there.store.policies.labelNamed('spam') ?? 0), NOW);
    here.merge(await there.read(carl, 'carl'));
    assert.equal(here.store.policies.label(spam)?.severity, 0);
    assert.equal(here.store.reviews.get(1)?.label, spam);
    there.store.close();
    here.store.close();
  });

  it('shows people from elsewhere under the pseudonym of their key, and lets nobody decide under it', async () => {
    using folder = new Folder();
    const { there, here, ada } = await two(folder);
    decide(there.store, ada, there.seen(1), as(there.label('rude', 2)), NOW);
    here.merge(await there.read(ada, 'chain'));
    const reviewer = here.store.reviewers.byKey(ada.publicKey);
    assert.equal(reviewer?.name, ada.pseudonym);
    assert.throws(() => skip(here.store, reviewer, here.seen(2), NOW), kind('not-allowed'));
    there.store.close();
    here.store.close();
  });

  it('puts what is decided after it behind what came with it, whatever the clocks say', async () => {
    using folder = new Folder();
    const { there, here, ada, ben } = await two(folder);
    decide(there.store, ada, there.seen(1), as(there.label('rude', 2)), NOW + 100 * hour);
    here.merge(await there.read(ada, 'chain'));
    const fine = here.label('fine', 0);
    decide(here.store, ben, here.seen(1), as(fine), NOW);
    assert.equal(here.store.reviews.get(here.item(1))?.label, fine);
    there.merge(await here.read(ben, 'answer'));
    assert.deepEqual(here.outcome(), there.outcome());
    there.store.close();
    here.store.close();
  });
});
