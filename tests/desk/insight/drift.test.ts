import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { driftOf } from '../../../desk/insight/drift.ts';
import { seededRandom, shuffle } from '../../../engine/train/random.ts';
import { near, reference } from './reference.ts';

describe('drift of the scores', () => {
  for (const { name, before, now, ks, p, psi } of reference.drift)
    it(`agrees with SciPy: ${name}`, () => {
      const found = driftOf(before, now);
      near(found.ks, ks, 1e-12, 'KS');
      near(found.p, p, 1e-9, 'p');
      near(found.psi, psi, 1e-9, 'PSI');
    });

  it('is noticed where it is, and the more the further', () => {
    const verdicts = reference.drift.map(({ before, now }) => driftOf(before, now).verdict);
    assert.deepEqual(verdicts, ['alike', 'moved much', 'moved much', 'moved']);
  });

  it('has the chance that shuffling the two gives', () => {
    const { before, now } = reference.drift[3] ?? assert.fail();
    const found = driftOf(before.slice(0, 80), now.slice(0, 60));
    const all = [...before.slice(0, 80), ...now.slice(0, 60)];
    const random = seededRandom(3);
    const runs = 2000;
    let as = 0;
    for (let run = 0; run < runs; run++) {
      shuffle(all, random);
      if (driftOf(all.slice(0, 80), all.slice(80)).ks >= found.ks - 1e-12) as++;
    }
    // With ties the limit says more than the truth, never less.
    assert.ok(found.p >= as / runs - 0.03, `${found.p} against ${as / runs}`);
  });

  it('is not cried out by chance', () => {
    const random = seededRandom(9);
    const draw = (count: number) => Array.from({ length: count }, () => random() ** 3);
    const cries = Array.from({ length: 400 }, () => driftOf(draw(300), draw(80))).filter(
      ({ verdict }) => verdict !== 'alike',
    );
    assert.ok(cries.length <= 8, `${cries.length} of 400`);
  });

  it('says nothing of few messages, and counts how many imports are looked at', () => {
    assert.equal(driftOf([0.1, 0.2], [0.9, 0.8]).verdict, 'too few');
    const { before, now } = reference.drift[1] ?? assert.fail();
    near(driftOf(before, now, 5).p, 5 * driftOf(before, now).p, 1e-12, 'p of five');
  });
});
