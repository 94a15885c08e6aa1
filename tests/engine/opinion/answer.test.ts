import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likelihoods, type Step } from '../../../engine/opinion/answer.ts';

const END = '$';
const vocabulary = { text: (tokens: readonly string[]) => tokens.join(''), isEnd: (token: string) => token === END };

/** Steps of a model that would say these tokens, with the probabilities of all that it might say instead. */
async function* saying(steps: readonly Readonly<Record<string, number>>[]): AsyncGenerator<Step<string>> {
  for (const step of steps) {
    const sorted = Object.entries(step).sort(([, a], [, b]) => b - a);
    const [first = ''] = sorted[0] ?? [];
    yield await Promise.resolve({ token: first, probabilities: new Map(sorted) });
  }
}

async function shares(labels: readonly string[], ...steps: Readonly<Record<string, number>>[]): Promise<number[]> {
  return [...(await likelihoods(labels, vocabulary, saying(steps)))].map((p) => Math.round(p * 1000) / 1000);
}

describe('how likely each label is', () => {
  it('counts every beginning of a label, however it is cut into tokens', async () => {
    const found = await shares(['fine', 'threat'], { threat: 0.5, th: 0.2, fine: 0.2, ' fi': 0.1 });
    assert.deepEqual(found, [0.3, 0.7]);
  });

  it('asks no further once one label alone is left', async () => {
    let asked = 0;
    const steps = async function* (): AsyncGenerator<Step<string>> {
      for await (const step of saying([{ th: 0.6, fine: 0.4 }, { never: 1 }])) {
        asked++;
        yield step;
      }
    };
    await likelihoods(['fine', 'threat'], vocabulary, steps());
    assert.equal(asked, 1);
  });

  it('follows the likeliest beginning to its end where labels begin alike', async () => {
    const found = await shares(
      ['threat', 'threat to life', 'fine'],
      { threat: 0.8, fine: 0.2 },
      { [END]: 0.25, ' to': 0.75 },
    );
    assert.deepEqual(found, [0.2, 0.6, 0.2]);
    const ended = await shares(
      ['threat', 'threat to life', 'fine'],
      { threat: 0.8, fine: 0.2 },
      { [END]: 0.75, ' to': 0.25 },
    );
    assert.deepEqual(ended, [0.6, 0.2, 0.2]);
  });

  it('shares what begins alike and is not followed as the rest is shared, and equally where nothing is known', async () => {
    const cut = await shares(
      ['threat', 'threat to life', 'fine'],
      { threat: 0.4, th: 0.4, fine: 0.2 },
      { [END]: 0.75, ' to': 0.25 },
    );
    assert.deepEqual(cut, [0.6, 0.2, 0.2]);
    const found = await shares(['fine', 'hate', 'hateful'], { fine: 0.6, h: 0.4 });
    assert.deepEqual(found, [0.6, 0.2, 0.2]);
  });

  it('waits for signs that a token cuts in two', async () => {
    const cut = {
      text: (tokens: readonly string[]) => (tokens.length < 2 ? '\uFFFD' : (tokens.at(-1) ?? '')),
      isEnd: () => false,
    };
    const found = await likelihoods(['спам', 'угроза'], cut, saying([{ x: 1 }, { у: 0.9, с: 0.1 }]));
    assert.deepEqual(
      [...found].map((p) => Math.round(p * 10)),
      [1, 9],
    );
  });

  it('does not take an answer that ends before it is a label', async () => {
    await assert.rejects(likelihoods(['fine', 'finer'], vocabulary, saying([{ fi: 1 }])), /before it was a label/);
  });
});
