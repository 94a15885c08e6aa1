import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NgramCounter, NGRAM_SHAPE, type NgramShape } from '../../../../engine/train/ngrams/ngram-features.ts';
import { NgramError, predictNgrams, trainNgrams, type NgramTargets } from '../../../../engine/train/ngrams/ngrams.ts';
import { seededRandom } from '../../../../engine/train/random.ts';

const small = { buckets: 1 << 12, shortest: 2, longest: 4 };

/** Sentences of invented words; those of class 1 hold one word that the others never do. */
function sentences(count: number, seed: number): { texts: string[]; labels: number[] } {
  const random = seededRandom(seed);
  const words = ['lamp', 'river', 'stone', 'cloud', 'paper', 'garden', 'window', 'train'];
  const texts: string[] = [];
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    const chosen = Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)] as string);
    const label = i % 4 === 0 ? 1 : 0;
    if (label === 1) chosen[Math.floor(random() * 6)] = 'zorgle';
    texts.push(chosen.join(' '));
    labels.push(label);
  }
  return { texts, labels };
}

const labelled = (labels: ArrayLike<number>): NgramTargets => ({ kind: 'labels', labels });

function featuresOf(text: string, shape: NgramShape = small): Map<number, number> {
  const counter = new NgramCounter(shape);
  const filled = counter.count(text);
  return new Map(Array.from({ length: filled }, (_, i) => [counter.buckets[i] as number, counter.values[i] as number]));
}

describe('character n-grams', () => {
  it('counts what a plain count of substrings gives', () => {
    // Three distinct pairs of " ab ": " a", "ab", "b ".
    const features = featuresOf('ab', { buckets: 1 << 18, shortest: 2, longest: 2 });
    assert.equal(features.size, 3);
    for (const value of features.values()) assert.ok(Math.abs(value - 1 / Math.sqrt(3)) < 1e-12);
    // " aaa ": " a" once, "aa" twice, "a " once.
    const repeated = [...featuresOf('aaa', { buckets: 1 << 18, shortest: 2, longest: 2 }).values()].sort();
    const twice = 1 + Math.log(2);
    const length = Math.sqrt(2 + twice * twice);
    assert.equal(repeated.length, 3);
    [1, 1, twice].forEach((v, i) => assert.ok(Math.abs((repeated[i] as number) - v / length) < 1e-12));
  });

  it('gives length 1 for any text with something in it, and takes case and white space as nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const features = featuresOf(text);
        const squares = [...features.values()].reduce((sum, value) => sum + value * value, 0);
        assert.ok(features.size === 0 ? text.normalize('NFKC').trim() === '' : Math.abs(squares - 1) < 1e-9);
        for (const bucket of features.keys()) assert.ok(bucket >= 0 && bucket < small.buckets);
      }),
    );
    assert.deepEqual(featuresOf('Some  WORDS\n here'), featuresOf('some words here'));
  });

  it('counts words beside, which weigh as much as all n-grams together', () => {
    const wide = { buckets: 1 << 20, shortest: 2, longest: 4 };
    const ngrams = featuresOf('you, You! boat', wide);
    const both = featuresOf('you, You! boat', { ...wide, words: true });
    assert.ok([...ngrams].every(([bucket, value]) => both.get(bucket) === value));
    // "you" twice, and once each: "," "!" "boat".
    const words = [...both].filter(([bucket]) => !ngrams.has(bucket)).map(([, value]) => value);
    const twice = 1 + Math.log(2);
    const length = Math.sqrt(3 + twice * twice);
    assert.equal(words.length, 4);
    assert.ok(Math.abs(Math.max(...words) - twice / length) < 1e-12);
    assert.ok(Math.abs(words.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-12);
  });

  it('does not let one text leave anything for the next', () => {
    const counter = new NgramCounter(small);
    counter.count('a long text before the other one');
    const filled = counter.count('other');
    assert.deepEqual(new Set(counter.buckets.slice(0, filled)), new Set(featuresOf('other').keys()));
  });

  it('reads texts with lone surrogates, NUL and a million characters', () => {
    assert.ok(featuresOf('\ud800 \udc00\u0000').size > 0);
    const long = featuresOf('ab '.repeat(400_000));
    assert.ok(long.size > 0 && [...long.values()].every(Number.isFinite));
  });
});

describe('n-gram model', () => {
  it('learns a word that only one class uses, also inside another word', async () => {
    const { texts, labels } = sentences(200, 1);
    const model = await trainNgrams(texts, labelled(labels), { classes: 2, classWeights: 'balanced', shape: small });
    const unseen = predictNgrams(model, ['river zorgle', 'river stone', 'zorgles everywhere', 'lamp']);
    assert.ok((unseen[1] as number) > 0.5 && (unseen[3] as number) < 0.5);
    assert.ok((unseen[5] as number) > 0.5 && (unseen[7] as number) < 0.5);
    for (let row = 0; row < 4; row++) {
      assert.ok(Math.abs((unseen[2 * row] as number) + (unseen[2 * row + 1] as number) - 1) < 1e-6);
    }
  });

  it('tells three classes apart', async () => {
    const texts = Array.from({ length: 90 }, (_, i) => ['red apple', 'blue sky', 'green leaf'][i % 3] + ` number ${i}`);
    const labels = texts.map((_, i) => i % 3);
    const model = await trainNgrams(texts, labelled(labels), { classes: 3, shape: small });
    assert.equal(model.weights.length, 3 * small.buckets);
    const p = predictNgrams(model, ['a red one', 'a blue one', 'a green one']);
    for (let k = 0; k < 3; k++)
      assert.equal(p.slice(3 * k, 3 * k + 3).indexOf(Math.max(...p.slice(3 * k, 3 * k + 3))), k);
  });

  it('takes certain probabilities as the labels they stand for, and learns uncertain ones', async () => {
    const { texts, labels } = sentences(80, 2);
    const options = { classes: 2, shape: small, tolerance: 1e-8, maxIterations: 300 };
    const hard = await trainNgrams(texts, labelled(labels), options);
    const certain = Float32Array.from(labels.flatMap((label) => [1 - label, label]));
    const same = await trainNgrams(texts, { kind: 'probabilities', probabilities: certain }, options);
    assert.deepEqual(same.weights, hard.weights);
    const half = { kind: 'probabilities', probabilities: new Float32Array(160).fill(0.5) } as const;
    const unsure = predictNgrams(await trainNgrams(texts, half, options), texts);
    assert.ok(unsure.every((p) => Math.abs(p - 0.5) < 1e-3));
  });

  it('meets the optimum: the error of each class sums to nothing, as the free bias makes it', async () => {
    const { texts, labels } = sentences(120, 3);
    const model = await trainNgrams(texts, labelled(labels), {
      classes: 2,
      shape: small,
      tolerance: 1e-9,
      maxIterations: 500,
    });
    const p = predictNgrams(model, texts);
    const mean = labels.reduce((sum, label, i) => sum + (p[2 * i + 1] as number) - label, 0) / labels.length;
    assert.ok(Math.abs(mean) < 1e-6, String(mean));
  });

  it('holds weights smaller, the greater the strength', async () => {
    const { texts, labels } = sentences(60, 4);
    const norm = async (strength: number): Promise<number> => {
      const model = await trainNgrams(texts, labelled(labels), { classes: 2, shape: small, strength });
      return Math.hypot(...model.weights);
    };
    assert.ok((await norm(1e-1)) < (await norm(1e-3)));
    assert.ok((await norm(1e-3)) < (await norm(1e-5)));
  });

  it('gives the same bytes when run again, and an empty text the bias alone', async () => {
    const { texts, labels } = sentences(60, 5);
    const train = () => trainNgrams(texts, labelled(labels), { classes: 2 });
    const [a, b] = [await train(), await train()];
    assert.deepEqual(a, b);
    assert.equal(a.weights.length, NGRAM_SHAPE.buckets);
    const p = predictNgrams(a, [''])[1] as number;
    assert.ok(Math.abs(Math.log(p / (1 - p)) - (a.bias[0] as number)) < 1e-5);
  });

  it('leaves buckets that none of its texts meets at zero', async () => {
    const { texts, labels } = sentences(60, 2);
    const met = new Set(texts.flatMap((text) => [...featuresOf(text).keys()]));
    const { weights } = await trainNgrams(texts, labelled(labels), { classes: 2, shape: small });
    assert.ok(met.size < small.buckets);
    weights.forEach((weight, bucket) => assert.ok(met.has(bucket) || weight === 0, `bucket ${bucket}`));
    assert.ok(weights.some((weight) => weight !== 0));
  });

  it('lets others have a turn while it trains', async () => {
    const { texts, labels } = sentences(60, 3);
    let [turns, steps] = [0, 0];
    const others = setInterval(() => turns++, 0);
    const onProgress = (): void => void steps++;
    // A tolerance that is never met: every step is taken.
    await trainNgrams(texts, labelled(labels), { classes: 2, tolerance: 0, maxIterations: 200 }, { onProgress });
    clearInterval(others);
    assert.ok(steps > 20 && turns > 2, `${turns} turns in ${steps} steps`);
  });

  it('refuses targets that do not fit, and models that do not fit their shape', async () => {
    const refused = (texts: string[], targets: NgramTargets, message: RegExp): Promise<void> =>
      assert.rejects(trainNgrams(texts, targets, { classes: 2, shape: small }), { name: 'NgramError', message });
    await refused([], labelled([]), /no texts/);
    await refused(['a', 'b'], labelled([0]), /as many labels/);
    await refused(['a', 'b'], labelled([0, 0]), /Class 1 has no text/);
    await refused(['a', 'b'], labelled([0, 2]), /label of text 1 is 2/);
    await refused(['a'], { kind: 'probabilities', probabilities: Float32Array.of(NaN, 1) }, /not a probability/);
    await assert.rejects(
      trainNgrams(['a', 'b'], labelled([0, 1]), { classes: 2, shape: { ...small, buckets: 1000 } }),
      /1000 buckets/,
    );
    const model = { ...small, classes: 2, weights: new Float32Array(7), bias: new Float32Array(1) };
    assert.throws(() => predictNgrams(model, ['a']), NgramError);
  });

  it('ends when cancelled', async () => {
    const { texts, labels } = sentences(60, 6);
    const cancel = new AbortController();
    const run = trainNgrams(
      texts,
      labelled(labels),
      { classes: 2, shape: small },
      {
        signal: cancel.signal,
        onProgress: ({ iteration }) => {
          if (iteration === 1) cancel.abort(new Error('enough'));
        },
      },
    );
    await assert.rejects(run, /enough/);
  });
});
