import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ngramRows } from '../../../../engine/train/ngrams/ngrams.ts';
import { OnlineNgrams } from '../../../../engine/train/ngrams/online.ts';
import { seededRandom } from '../../../../engine/train/random.ts';

const shape = { buckets: 1 << 12, shortest: 2, longest: 4 };
const RATE = 2;
const all = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

/** Invented words; every fourth text has one that the others have not, and a target of .9, the others .1. */
function population(count: number, seed: number): { texts: string[]; targets: Float32Array } {
  const random = seededRandom(seed);
  const words = ['lamp', 'river', 'stone', 'cloud', 'paper', 'garden', 'window', 'train'];
  const texts = Array.from({ length: count }, (_, i) => {
    const chosen = Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)] as string);
    if (i % 4 === 0) chosen[Math.floor(random() * 6)] = 'zorgle';
    return chosen.join(' ');
  });
  return { texts, targets: Float32Array.from(texts, (_, i) => (i % 4 === 0 ? 0.9 : 0.1)) };
}

describe('n-grams that learn row by row', () => {
  it('take a step along the gradient of a row', async () => {
    const rows = await ngramRows(['ab'], shape);
    const model = new OnlineNgrams({ shape, rate: RATE });
    await model.learn(rows, all(1), Float32Array.of(1), 1);
    // From zeros the error is −½. The row has length 1, and the constant moves a tenth as far.
    assert.ok(Math.abs((model.logOdds(rows, all(1))[0] ?? 0) - 0.5 * RATE * 1.1) < 1e-5);
  });

  it('put texts apart that they never saw, after one pass', async () => {
    const learned = population(400, 1);
    const model = new OnlineNgrams({ shape, rate: RATE });
    await model.learn(await ngramRows(learned.texts, shape), all(400), learned.targets, 1);
    const other = population(200, 2);
    const logOdds = model.logOdds(await ngramRows(other.texts, shape), all(200));
    const lowest = Math.min(...logOdds.filter((_, i) => i % 4 === 0));
    const highest = Math.max(...logOdds.filter((_, i) => i % 4 !== 0));
    assert.ok(lowest > highest, `${lowest} and ${highest}`);
  });

  it('know what they learned before, whatever comes later', async () => {
    const { texts, targets } = population(400, 3);
    const rows = await ngramRows(texts, shape);
    const model = new OnlineNgrams({ shape, rate: RATE });
    await model.learn(rows, all(200), targets.subarray(0, 200), 3);
    // Later only texts without the word come.
    const later = all(400).filter((i) => i >= 200 && i % 4 !== 0);
    await model.learn(
      rows,
      later,
      Float32Array.from(later, (i) => targets[i] as number),
      1,
    );
    const [has, hasNot] = model.logOdds(rows, Uint32Array.of(0, 1));
    assert.ok((has ?? 0) > 0 && (hasNot ?? 0) < 0, `${has} and ${hasNot}`);
  });

  it('give the same numbers when run again, let others have a turn, and end when told to', async () => {
    const { texts, targets } = population(300, 4);
    const rows = await ngramRows(texts, shape);
    const run = async (): Promise<Float32Array> => {
      const model = new OnlineNgrams({ shape, rate: RATE });
      await model.learn(rows, all(300), targets, 2);
      return model.logOdds(rows, all(300));
    };
    assert.deepEqual(await run(), await run());
    const stopped = new OnlineNgrams({ shape, rate: RATE });
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('enough')));
    await assert.rejects(stopped.learn(rows, all(300), targets, 1_000, stop.signal), /enough/);
  });
});
