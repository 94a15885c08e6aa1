import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DeskError } from '../../../desk/errors.ts';
import { annotate, decide, escalate, redo, reopen, skip, undo } from '../../../desk/review/deeds.ts';
import { seedLabels } from '../../../desk/review/words.ts';
import type { Revision } from '../../../desk/store/revisions.ts';
import { Workspace } from '../../../desk/store/workspace.ts';
import { Folder, importFiles, message, writeRows } from '../store/fixtures.ts';
import { NOW, as, community, first } from './fixtures.ts';

const kind = (wanted: DeskError['kind']) => (error: unknown) => error instanceof DeskError && error.kind === wanted;

describe('decisions', () => {
  it('stand at the item, the last one of each reviewer, and say where reviewers disagree', async () => {
    using c = await community();
    const { workspace: store, ada, ben, labels } = c;
    decide(store, ada, first(1), as(labels.fine), NOW);
    decide(store, ada, first(1), as(labels.insult, labels.threat), NOW + 1);
    assert.deepEqual(store.reviews.get(1), {
      status: 'decided',
      label: labels.threat,
      disagree: false,
      decidedAt: NOW + 1,
      blindTo: null,
    });
    decide(store, ben, first(1), as(labels.fine), NOW + 2);
    assert.equal(store.reviews.get(1)?.disagree, true);
    assert.deepEqual(
      store.reviews.verdicts(1).map(({ reviewer, labels: given }) => [reviewer, given]),
      [
        [ada.id, [labels.insult, labels.threat]],
        [ben.id, [labels.fine]],
      ],
    );
  });

  it('keep their label when it gets another name', async () => {
    using c = await community();
    const { workspace: store, ada, labels } = c;
    decide(store, ada, first(1), as(labels.insult), NOW);
    const label = store.policies.label(labels.insult);
    assert.ok(label);
    store.policies.putLabel({ ...label, name: 'rude' });
    decide(store, ada, first(2), as(labels.insult), NOW);
    undo(store, ada, NOW);
    undo(store, ada, NOW);
    redo(store, ada, NOW);
    assert.equal(store.reviews.get(1)?.label, labels.insult);
  });

  it('hold no | in labels and reasons, whoever names them: tables put it between them', async () => {
    using c = await community();
    const { workspace: store, ada, labels } = c;
    const two = { ...as(labels.fine), reasons: ['rule 4|rule 5'] };
    assert.throws(() => decide(store, ada, first(1), two, NOW), kind('bad-input'));
    assert.equal(store.links.end(ada.id), undefined);
    const label = { policy: null, key: null, guidance: '', severity: 1, retired: false };
    assert.throws(() => store.policies.putLabel({ ...label, name: 'a|b' }), kind('bad-input'));
    using folder = new Folder();
    using fresh = Workspace.create(folder.file('fresh.moderato'));
    const revision = { labels: ['fine', 'a|b', 'a/b'], fineLabel: 0 } as unknown as Revision;
    seedLabels(fresh, revision);
    assert.deepEqual(
      fresh.policies.labels().map(({ name }) => name),
      ['fine', 'a/b'],
    );
  });

  it('are refused for a text that is not the one that was seen, and then nothing is written', async () => {
    using c = await community();
    const { workspace: store, ada, labels, folder } = c;
    await importFiles(
      store,
      writeRows(folder.file('later'), [message({ id: '3', text: 'now something else' })], 9_000),
    );
    assert.throws(() => decide(store, ada, first(3), as(labels.fine), NOW), kind('changed'));
    assert.equal(store.links.end(ada.id), undefined);
    const done = decide(store, ada, first(2, 3, 4), as(labels.fine), NOW);
    assert.deepEqual([done.items, done.changed], [[2, 4], [3]]);
  });

  it('come back as changed when the text changes after them', async () => {
    using c = await community();
    const { workspace: store, ada, labels, folder } = c;
    decide(store, ada, first(3), as(labels.fine), NOW);
    await importFiles(
      store,
      writeRows(folder.file('later'), [message({ id: '3', text: 'now something else' })], 9_000),
    );
    assert.equal(store.reviews.get(3)?.status, 'changed');
    decide(store, ada, [{ item: 3, version: 2 }], as(labels.insult), NOW);
    assert.equal(store.reviews.get(3)?.status, 'decided');
  });

  it('on an appeal go to somebody else', async () => {
    using c = await community();
    const { workspace: store, ada, ben, labels } = c;
    assert.throws(() => reopen(store, ben, first(1), { reason: 'appeal', note: null }, NOW), kind('nothing-to-do'));
    decide(store, ada, first(1), as(labels.threat), NOW);
    reopen(store, ben, first(1), { reason: 'appeal', note: 'the author wrote to us' }, NOW);
    assert.throws(() => decide(store, ada, first(1), as(labels.threat), NOW), kind('not-allowed'));
    decide(store, ben, first(1), as(labels.fine), NOW);
    assert.deepEqual(store.reviews.get(1), {
      status: 'decided',
      label: labels.fine,
      disagree: true,
      decidedAt: NOW,
      blindTo: null,
    });
  });
});

describe('undo and redo', () => {
  /** What can be done, as a list of what is in force and of what can be done again. */
  it('take back whole actions, the last one first, until something else is done', async () => {
    using c = await community(4);
    const { workspace: store, ada, labels } = c;
    const empty = { done: [] as number[], undone: [] as number[] };
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom('decide', 'skip', 'escalate'),
          items: fc.subarray([1, 2, 3, 4], { minLength: 1 }),
          label: fc.constantFrom(labels.fine, labels.insult),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('undo', 'redo') }) },
    );
    let now = NOW;
    let model = empty;
    const after = new Map<number, ReturnType<typeof state>>();
    const state = () => [1, 2, 3, 4].map((item) => store.reviews.get(item) ?? null);
    after.set(0, state());
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        for (const one of steps) {
          now++;
          if ('items' in one) {
            const seen = first(...one.items);
            const { action } =
              one.do === 'decide'
                ? decide(store, ada, seen, as(one.label), now)
                : one.do === 'skip'
                  ? skip(store, ada, seen, now)
                  : escalate(store, ada, seen, { reason: 'legal', note: null }, now);
            model = { done: [...model.done, action], undone: [] };
            after.set(action, state());
          } else if (one.do === 'undo') {
            const last = model.done.at(-1);
            if (last === undefined) assert.throws(() => undo(store, ada, now), kind('nothing-to-do'));
            else {
              assert.equal(undo(store, ada, now).action, last);
              model = { done: model.done.slice(0, -1), undone: [...model.undone, last] };
            }
          } else {
            const last = model.undone.at(-1);
            if (last === undefined) assert.throws(() => redo(store, ada, now), kind('nothing-to-do'));
            else {
              assert.equal(redo(store, ada, now).action, last);
              model = { done: [...model.done, last], undone: model.undone.slice(0, -1) };
            }
          }
          assert.deepEqual(state(), after.get(model.done.at(-1) ?? 0));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('leave notes about an item out of its status', async () => {
    using c = await community();
    const { workspace: store, ada } = c;
    annotate(store, ada, { item: 1, version: 1 }, 'ask the others', NOW);
    assert.equal(store.reviews.get(1), undefined);
    assert.deepEqual(undo(store, ada, NOW).items, [1]);
  });
});
