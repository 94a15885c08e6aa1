import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Comparison, Learnable } from '../../desk/contract/revisions.ts';
import {
  type Model,
  type RetrainReport,
  becauseOf,
  challengerOf,
  devF1Of,
  missingOf,
  place,
  secondsOf,
  standing,
  tellingOf,
} from '../../renderer/views/teach/learning.ts';

const label = (name: string, severity: number, decided: number, audit = 0) => ({
  ...{ id: severity + 1, name, severity, decided, audit },
  fresh: decided - audit,
});
const learnable = (...labels: Learnable['labels']): Learnable => ({
  ...{ labels, least: 40, leastPerLabel: 8 },
  ready: false,
});
const ranking = { rows: 50, positives: 20, champion: 0.7, challenger: 0.8, value: 0.1, low: 0.02, high: 0.18 };
const comparison = (against: number, more: Partial<Comparison> = {}): Comparison => ({
  ...{ recommendation: 'better', because: '', against, on: 'audit', ranking, regression: null },
  opinions: { messages: 0, models: [] },
  flips: { read: 0, count: 0, items: [] },
  ...more,
});
const model = (id: number, shown: boolean, compared: Comparison | null = null): Model => ({
  ...{
    id,
    name: `m${id}`,
    base: '',
    depth: 1,
    labels: [],
    languages: [],
    createdAt: 0,
    shown,
    kept: false,
    learnedFrom: 0,
  },
  comparison: compared,
});

describe('what is missing before a retraining', () => {
  it('is counted without audit items, and labels that are too rare do not count', () => {
    assert.deepEqual(missingOf(learnable(label('fine', 0, 30, 10), label('bad', 2, 7))), {
      rows: 20,
      labels: true,
      fine: null,
    });
    assert.deepEqual(missingOf(learnable(label('fine', 0, 5), label('bad', 2, 30), label('rude', 1, 30))), {
      rows: null,
      labels: false,
      fine: { label: 'fine', count: 3 },
    });
    assert.deepEqual(missingOf(learnable(label('bad', 2, 30), label('rude', 1, 30))).fine, { label: null, count: 8 });
  });

  it('is nothing once the desk says that there is enough', () => {
    const enough = { ...learnable(label('fine', 0, 30), label('bad', 2, 30)), ready: true };
    assert.deepEqual(missingOf(enough), { rows: null, labels: false, fine: null });
  });
});

describe('who challenges the model of the queue', () => {
  it('is the latest one, as long as it was compared with that model', () => {
    const found = challengerOf([model(1, true), model(2, false, comparison(1)), model(3, false, comparison(1))]);
    assert.equal(found?.challenger.id, 3);
    assert.equal(challengerOf([model(1, false), model(2, true, comparison(1))]), null);
    assert.equal(challengerOf([model(1, false), model(2, true), model(3, false, comparison(1))]), null);
    assert.equal(challengerOf([model(1, true)]), null);
    assert.equal(challengerOf([]), null);
  });

  it('is recommended only beside the model that it was compared with', () => {
    assert.equal(standing(model(2, false, comparison(1)), model(1, true)), 'better');
    assert.equal(standing(model(2, false, comparison(1)), model(3, true)), 'unknown');
    assert.equal(standing(model(2, false), model(1, true)), 'unknown');
  });

  it('is worse by what was decided, or because it has forgotten', () => {
    const worse = { recommendation: 'worse' as const };
    assert.equal(becauseOf(comparison(1, { ...worse, ranking: { ...ranking, high: -0.01 } })), 'worse');
    assert.equal(becauseOf(comparison(1, worse)), 'forgot');
    assert.equal(becauseOf(comparison(1, { recommendation: 'unknown', ranking: null })), 'few');
    // The figure beside the reason is the one that gave it.
    const regression = { ...ranking, value: -0.08, low: -0.12, high: -0.04 };
    assert.equal(tellingOf(comparison(1, { ...worse, regression })), regression);
    assert.equal(tellingOf(comparison(1, { regression })), ranking);
  });
});

describe('figures of a training', () => {
  it('say how long the next one takes by the last one', () => {
    const last = { train: 80, dev: 20, seconds: 50 } as RetrainReport;
    assert.equal(secondsOf(last, 200), 100);
    assert.equal(secondsOf(null, 200), null);
  });

  it('have dev F1 once an epoch', () => {
    // Of the second epoch it is the same as of the first; a point behind its end has still that of the first.
    const points = [0.5, 1.02, 1.5, 2, 2.05, 2.5, 3].map((epoch, i) => ({
      ...{ epoch, loss: 1 },
      devF1: [null, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7][i] ?? null,
    }));
    assert.deepEqual(devF1Of(points), [null, 0.5, null, null, 0.5, null, 0.7]);
  });

  it('place an interval around zero', () => {
    const at = place({ value: 0.05, low: 0, high: 0.1 });
    assert.deepEqual([at.reach, at.from, at.at, at.to], [0.1, 0.5, 0.75, 1]);
    assert.ok(Math.abs(place({ value: -0.3, low: -0.4, high: -0.2 }).from - 0.1) < 1e-9);
  });
});
