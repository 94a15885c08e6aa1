import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Audited } from '../../../desk/insight/audit-sample.ts';
import { missedBy } from '../../../desk/insight/missed.ts';
import { thresholdTable } from '../../../desk/insight/thresholds.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { communityOf } from './communities.ts';
import { near } from './reference.ts';

const RUNS = 400;
const MESSAGES = 4_000;
const THRESHOLD = 0.5;
/** Of what is read, and of what is set aside, one in so many is drawn. */
const CHANCE = { read: 1 / 10, aside: 1 / 20 } as const;

/** Half of the messages, mostly those that score low, are set aside; a tenth of all abuse scores low, too. */
function simulated() {
  const random = seededRandom(31);
  const figures = { misses: { held: 0, off: 0 }, recall: { held: 0, off: 0 } };
  for (let run = 0; run < RUNS; run++) {
    const { scores, positive } = communityOf(random, MESSAGES, (score) => (score > THRESHOLD ? 0.7 : 0.06), 3);
    const aside = Array.from(scores, (score) => random() < (score < THRESHOLD ? 0.6 : 0.02));
    const audited: Audited[] = [];
    const count = { abuse: 0, missed: 0, shown: 0 };
    scores.forEach((score, i) => {
      if (positive[i] === true) {
        count.abuse++;
        if (score < THRESHOLD) count.missed++;
        else if (aside[i] !== true) count.shown++;
      }
      const probability = aside[i] === true ? CHANCE.aside : CHANCE.read;
      const one = { score, positive: positive[i] === true, probability };
      if (random() < probability) audited.push(aside[i] === true ? { ...one, aside: true } : one);
    });
    const read = scores.filter((_, i) => aside[i] !== true);
    const setAside = MESSAGES - read.length;
    const misses = missedBy({ scores: read, aside: setAside, audited }, THRESHOLD);
    const recall = thresholdTable(audited, read, [THRESHOLD], setAside)[0]?.recall;
    assert.ok(misses && recall);
    for (const [name, estimate, truth] of [
      ['misses', misses, count.missed / count.abuse],
      ['recall', recall, count.shown / count.abuse],
    ] as const) {
      if (estimate.low <= truth && truth <= estimate.high) figures[name].held += 1 / RUNS;
      figures[name].off += (estimate.value - truth) / RUNS;
    }
  }
  return figures;
}

describe('estimates where a recall target set messages aside', () => {
  it('are right of all messages, not only of those that the model read', () => {
    for (const [name, { held, off }] of Object.entries(simulated())) {
      assert.ok(held >= 0.925, `${name}: ${held}`);
      near(off, 0, 0.02, `mean error of ${name}`);
    }
  });

  it('are not known where nobody decided any of those', () => {
    const audited = Array.from({ length: 60 }, (_, i) => ({ score: i / 60, positive: i % 2 === 0, probability: 0.1 }));
    const scores = Float32Array.from({ length: 600 }, (_, i) => i / 600);
    assert.ok(missedBy({ scores, aside: 0, audited }, THRESHOLD));
    assert.equal(missedBy({ scores, aside: 500, audited }, THRESHOLD), null);
    assert.equal(thresholdTable(audited, scores, [THRESHOLD], 500)[0]?.recall, null);
    assert.ok(thresholdTable(audited, scores, [THRESHOLD], 500)[0]?.precision, 'what is flagged was read');
  });
});
