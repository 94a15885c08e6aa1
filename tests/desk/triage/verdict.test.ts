import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isForeign } from '../../../desk/triage/foreign.ts';
import { verdictOf, type Judge } from '../../../desk/triage/verdict.ts';

const binary = (threshold: number): Judge => ({
  task: 'binary',
  labels: ['fine', 'abusive'],
  neutralLabel: 'fine',
  thresholds: [0.5, threshold],
});
const several: Judge = {
  task: 'multi-class',
  labels: ['fine', 'hateful', 'harassing'],
  neutralLabel: 'fine',
  thresholds: [1 / 3, 1 / 3, 1 / 3],
};
const said = (judge: Judge, ...p: number[]) => verdictOf(judge, Float32Array.from(p)).label;

describe('a verdict', () => {
  it('of a binary task follows the threshold of the other label, wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (p, t) => {
          const exact = Math.fround(p);
          assert.equal(said(binary(t), 1 - exact, exact), exact >= t ? 'abusive' : 'fine');
        },
      ),
    );
  });

  it('of several classes with equal thresholds is the most probable one', () => {
    assert.equal(said(several, 0.5, 0.4, 0.1), 'fine');
    assert.equal(said(several, 0.3, 0.36, 0.34), 'hateful');
    assert.equal(said(several, 0.1, 0.3, 0.6), 'harassing');
  });

  it('of several labels per item is none where none reaches its threshold', () => {
    const judge: Judge = {
      task: 'multi-label',
      labels: ['hateful', 'harassing'],
      neutralLabel: null,
      thresholds: [0.5, 0.5],
    };
    assert.equal(said(judge, 0.4, 0.3), null);
    assert.equal(said(judge, 0.6, 0.9), 'harassing');
    const labels = (...p: number[]) => verdictOf(judge, Float32Array.from(p)).labels;
    assert.deepEqual(labels(0.4, 0.3), []);
    assert.deepEqual(labels(0.6, 0.9), ['harassing', 'hateful']);
    assert.deepEqual(labels(0.6, 0.1), ['hateful']);
    assert.equal('labels' in verdictOf(several, Float32Array.from([0.2, 0.2, 0.6])), false);
  });

  it('scores by what is not neutral', () => {
    assert.equal(verdictOf(several, Float32Array.from([0.25, 0.5, 0.25])).score, 0.75);
    assert.equal(verdictOf({ ...several, neutralLabel: null }, Float32Array.from([0.25, 0.5, 0.25])).score, 0.5);
  });
});

describe('a foreign language', () => {
  it('is one that the adapter was not measured on, if it is sure', () => {
    const english = { languages: ['en'] };
    assert.deepEqual(
      ['en', 'en-GB', 'unsure', '', 'de'].map((tag) => isForeign(english, tag)),
      [false, false, false, false, true],
    );
    assert.equal(isForeign({ languages: [] }, 'de'), false);
    assert.equal(isForeign({ languages: ['pt-BR'] }, 'pt'), false);
  });
});
