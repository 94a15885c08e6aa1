import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomF1, tokenF1 } from '../../../bench/explain/marked.ts';
import { seededRandom, shuffle } from '../../../engine/train/random.ts';

const near = (a: number, b: number, tolerance = 1e-12): void => assert.ok(Math.abs(a - b) <= tolerance, `${a}, ${b}`);

describe('words that a ranking puts first, against marked ones', () => {
  it('F1 of the first words, as written out', () => {
    const marked = [1, 0, 1, 0, 0];
    const draw = [0, 1, 2, 3, 4];
    near(tokenF1(marked, [5, 4, 3, 2, 1], draw, 2), 0.5);
    near(tokenF1(marked, [5, 1, 4, 0, 0], draw, 2), 1);
    near(tokenF1(marked, [0, 0, 0, 0, 0], [1, 3, 0, 2, 4], 1), 0);
  });

  it('F1 of a random choice, as draws give it', () => {
    const marked = [1, 0, 1, 0, 0, 0, 1];
    const random = seededRandom(1);
    const rounds = 4000;
    let sum = 0;
    for (let i = 0; i < rounds; i++)
      sum += tokenF1(
        marked,
        marked.map(() => 0),
        shuffle([0, 1, 2, 3, 4, 5, 6], random),
        3,
      );
    near(sum / rounds, randomF1(marked, 3), 0.015);
  });
});
