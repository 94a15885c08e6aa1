import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { areaUnder, deletionCurves, descendingOrder } from '../../../engine/explain/deletion.ts';
import { explain } from '../../../engine/explain/explain.ts';
import { wordsOf } from '../../../engine/explain/words.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { seededRandom, shuffle } from '../../../engine/train/random.ts';

const NATIVE = join(import.meta.dirname, '../../../native-models');
/** The label that is not the neutral one. */
const scoreOf = (probabilities: Float32Array): number => probabilities[1] ?? NaN;
const RANDOM_ORDERS = 5;

/** One rude word among harmless ones, at another place each time. */
const TEXTS = [
  'honestly you are an idiot and nobody at the harbour likes the boat',
  'the weather was lovely until that stupid man came along to the market',
  'shut up and read the manual before the meeting on monday morning',
  'my neighbour is a pathetic liar who sells used bicycles at the station',
  'we went to the museum and some moron had parked across both places',
  'please tell the committee that their garbage plan is late again this year',
];

describe('deletion', () => {
  it('by word effects lowers the score of the shipped head sooner than random orders do', async () => {
    await using session = await Scorer.open({
      base: join(NATIVE, 'all-MiniLM-L6-v2.F16.gguf'),
      adapter: readFileSync(join(NATIVE, 'default.adapter.gguf')),
      backend: 'cpu',
      deterministic: false,
      layout: 'f32',
      threads: 1,
    });
    const random = seededRandom(11);
    const areas = { effects: 0, upsideDown: 0, random: 0 };
    let sooner = 0;
    for (const text of TEXTS) {
      const { probabilities, words } = await explain(session, { text });
      const whole = scoreOf(Float32Array.from(probabilities));
      const order = descendingOrder(words.map((word) => whole - scoreOf(Float32Array.from(word.probabilities ?? []))));
      const shuffled = Array.from({ length: RANDOM_ORDERS }, () => shuffle([...order], random));
      const scoresOf = async (texts: readonly string[]) =>
        (
          await session.score(
            texts.map((one, i) => ({ key: String(i), text: one })),
            {},
          )
        ).map((one) => (one.status === 'scored' ? scoreOf(one.probabilities) : null));
      const orders = [order, order.toReversed(), ...shuffled];
      const curves = (await deletionCurves(scoresOf, text, words, orders)) ?? assert.fail();
      for (const curve of curves) assert.ok(Math.abs((curve[0] ?? NaN) - whole) < 1e-4);
      const [effects = NaN, upsideDown = NaN, ...others] = curves.map(areaUnder);
      const mean = others.reduce((sum, area) => sum + area, 0) / others.length;
      areas.effects += effects / TEXTS.length;
      areas.upsideDown += upsideDown / TEXTS.length;
      areas.random += mean / TEXTS.length;
      if (effects < mean) sooner++;
    }
    const said = JSON.stringify(areas);
    assert.equal(sooner, TEXTS.length, said);
    assert.ok(areas.effects < areas.random - 0.05, said);
    assert.ok(areas.upsideDown > areas.random + 0.05, said);
  });

  it('scores each text that is left, once, whatever the order', async () => {
    const asked: string[] = [];
    const counting = (texts: readonly string[]) => {
      asked.push(...texts);
      return Promise.resolve(texts.map(({ length }) => length));
    };
    const curves = await deletionCurves(counting, 'a bcd ef', wordsOf('a bcd ef'), [
      [1, 0, 2],
      [1, 2, 0],
    ]);
    assert.deepEqual(curves, [
      [8, 4, 2],
      [8, 4, 2],
    ]);
    assert.deepEqual([...asked].sort(), ['a ', 'a bcd ef', 'a ef', 'ef']);
  });

  it('goes down to the last word in as many steps as it may take, all of about the same size', async () => {
    const text = Array.from({ length: 42 }, (_, i) => `w${i}`).join(' ');
    const words = wordsOf(text);
    const lengths = (texts: readonly string[]) => Promise.resolve(texts.map((one) => wordsOf(one).length));
    const order = words.map((_, i) => i);
    const [curve = []] = (await deletionCurves(lengths, text, words, [order], 4)) ?? [];
    assert.deepEqual(curve, [42, 32, 21, 11, 1]);
    assert.equal((await deletionCurves(lengths, text, words, [order], 100))?.[0]?.length, 42);
    assert.deepEqual(await deletionCurves(lengths, 'one', wordsOf('one'), [[0]], 4), [[1]]);
  });

  it('says nothing of a text of which a part cannot be read', async () => {
    const none = (texts: readonly string[]) => Promise.resolve(texts.map((one) => (one === 'ef' ? null : 1)));
    assert.equal(await deletionCurves(none, 'a ef', wordsOf('a ef'), [[0, 1]]), null);
  });
});

describe('area under a curve', () => {
  it('is its mean height', () => {
    assert.equal(areaUnder([1, 0]), 0.5);
    assert.equal(areaUnder([1, 1, 1, 0, 0]), 0.625);
    assert.equal(areaUnder([0.25]), 0.25);
  });
});
