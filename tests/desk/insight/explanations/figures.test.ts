/** The test of explanations on scorers whose true cause is known. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explanationFigures } from '../../../../desk/insight/explanations/figures.ts';
import { plantedWords, triggersOf } from '../../../../desk/insight/explanations/planted.ts';
import { atSteps, tryExplanation, type Tried } from '../../../../desk/insight/explanations/tried.ts';
import type { ExplainedWord } from '../../../../desk/triage/explain.ts';
import { without, wordsOf } from '../../../../engine/explain/words.ts';
import { seededRandom, shuffle, type Random } from '../../../../engine/train/random.ts';

const PLAIN = 'the boat of my neighbour lies in harbour again this morning and nobody knows why'.split(' ');
/** The true cause: the score knows no other word. */
const scoreOf = (text: string): number => (text.includes('idiot') ? 0.9 : 0.1);
const scoresOf = (texts: readonly string[]) => Promise.resolve(texts.map(scoreOf));

const textOf = (random: Random): string => {
  const words = shuffle([...PLAIN], random);
  words.splice(Math.floor(random() * words.length), 0, 'idiot');
  return words.join(' ');
};

const explained = (text: string): readonly ExplainedWord[] =>
  wordsOf(text).map((word, i) => ({
    ...word,
    effect: scoreOf(text) - scoreOf(without(text, word)),
    together: 1,
    // The lower gates open where the cause is, the upper ones are always the same.
    gates: { lower: word.text === 'idiot' ? 0.9 : 0.4 + i / 1000, upper: 0.5 },
    usual: { lower: 0.4 + i / 1000, upper: 0.5 },
  }));

const triedOf = async (
  count: number,
  explain: (text: string, random: Random) => readonly ExplainedWord[] = explained,
): Promise<readonly Tried[]> => {
  const random = seededRandom(5);
  const tried: Tried[] = [];
  for (let i = 0; i < count; i++) {
    const text = textOf(random);
    tried.push((await tryExplanation(scoresOf, text, explain(text, random), random)) ?? assert.fail());
  }
  return tried;
};

/** The same effects, each at some other word. */
const shuffledEffects = (text: string, random: Random): readonly ExplainedWord[] => {
  const words = explained(text);
  const others = shuffle([...words], random);
  return words.map((word, i) => ({ ...word, effect: others[i]?.effect ?? null }));
};

const near = (a: number | undefined, b: number): void => assert.ok(Math.abs((a ?? NaN) - b) < 1e-9, `${a}, ${b}`);

describe('the test of explanations', () => {
  it('sees that effects which name the cause lower the score at once, and bring it back at once', async () => {
    const figures = explanationFigures(await triedOf(40), null);
    assert.equal(figures.messages, 40);
    assert.equal(figures.verdict, 'sooner');
    const { deletion, insertion } = figures;
    // Sixteen words, fifteen steps: the score falls with the first of them.
    near(deletion.areas.effects, 0.1 + 0.8 / 30);
    assert.ok(Math.abs(deletion.areas.random - 0.5) < 0.08, `${deletion.areas.random}`);
    // With one word it is back, and stays.
    near(insertion.areas.effects, 0.9);
    near(insertion.areas.random, deletion.areas.random);
    for (const value of deletion.curves.effects.slice(1)) near(value, 0.1);
    near(deletion.curves.effects[0], 0.9);
    for (const value of insertion.curves.effects) near(value, 0.9);
    assert.ok((deletion.sooner.random.share?.low ?? 0) > 0.8);
    assert.ok((insertion.sooner.random.share?.low ?? 0) > 0.8);
    assert.match(
      figures.sentences.join(' '),
      /^Taking away the words .* in (39|40) of 40 messages\. In this workspace the named/,
    );
  });

  it('does not take shuffled effects for better than random ones', async () => {
    const figures = explanationFigures(await triedOf(40, shuffledEffects), null);
    assert.equal(figures.verdict, 'no difference');
    const { value = NaN, low = NaN, high = NaN } = figures.deletion.sooner.random.share ?? {};
    assert.ok(low < 0.5 && high > 0.5 && value > 0.25 && value < 0.75, `${value}`);
    assert.ok(Math.abs(figures.deletion.areas.effects - figures.deletion.areas.random) < 0.1);
    assert.match(figures.sentences.join(' '), /can be chance: do not rely/);
  });

  it('says so where the cause is named last', async () => {
    const wrong = (text: string): readonly ExplainedWord[] =>
      explained(text).map((word) => ({ ...word, effect: -(word.effect ?? 0) }));
    const figures = explanationFigures(await triedOf(20, wrong), null);
    assert.equal(figures.verdict, 'later');
    assert.match(figures.sentences.join(' '), /Random words do better/);
  });

  it('compares gates, less what they usually are, with effects, and says nothing of gates that never move', async () => {
    const { gates } = explanationFigures(await triedOf(12), null);
    assert.deepEqual(
      gates.map(({ band, aboveUsual, messages }) => [band, aboveUsual, messages]),
      [['lower', true, 12]],
    );
    near(gates[0]?.correlation.value, 1);
    assert.deepEqual(explanationFigures(await triedOf(9), null).gates, []);
    const open = (text: string): readonly ExplainedWord[] => explained(text).map((word) => ({ ...word, usual: null }));
    const [lower] = explanationFigures(await triedOf(12, open), null).gates;
    assert.equal(lower?.aboveUsual, false);
    const { value = NaN, low = NaN, high = NaN } = lower?.correlation ?? {};
    assert.ok(low <= value && value <= high && value < 1);
  });

  it('says nothing of a message of which a part cannot be read', async () => {
    const none = (texts: readonly string[]) => Promise.resolve(texts.map(() => null));
    const text = 'you are such an idiot';
    assert.equal(await tryExplanation(none, text, explained(text), seededRandom(1)), null);
  });

  it('begins with the whole message while words go, and ends with it while they come back', async () => {
    const shares = (texts: readonly string[]) => Promise.resolve(texts.map((text) => wordsOf(text).length / 11));
    const text = 'one two three four five six seven eight nine ten eleven';
    const { deletion, insertion } =
      (await tryExplanation(shares, text, explained(text), seededRandom(1))) ?? assert.fail();
    for (const order of ['effects', 'longest', 'random'] as const) {
      deletion[order].curve.forEach((value, i) => near(value, 1 - i / 11));
      insertion[order].curve.forEach((value, i) => near(value, (i + 1) / 11));
    }
  });

  it('draws curves of any length at the same places', () => {
    assert.deepEqual(
      atSteps([1, 0]).map((value) => Math.round(value * 10)),
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    );
    assert.deepEqual(atSteps([0.5]), Array(11).fill(0.5));
  });
});

describe('planted words', () => {
  const random = seededRandom(8);
  const harmless = Array.from({ length: 12 }, () => shuffle([...PLAIN], random).join(' '));
  const flags = (texts: readonly string[]) => Promise.resolve(texts.map((text) => scoreOf(text) > 0.5));

  it('are those that counted most elsewhere', () => {
    const texts = Array.from({ length: 3 }, () => explained(textOf(random)));
    assert.equal(triggersOf(texts)[0], 'idiot');
    assert.deepEqual(triggersOf(texts.slice(0, 1)), [], 'what was met once says nothing');
  });

  it('are named first by an explanation that is true, and by chance by one that is not', async () => {
    const explain = (text: string) => Promise.resolve(explained(text));
    const told: number[] = [];
    const onTurned = (messages: number): void => void told.push(messages);
    const found = await plantedWords({ flags, explain, onTurned }, harmless, ['idiot'], random);
    assert.deepEqual({ ...found, chance: 0 }, { messages: 12, first: 12, chance: 0 });
    near(found?.chance, 1 / 16);
    const already = [...harmless, 'an idiot without any planted word'];
    assert.equal((await plantedWords({ flags, explain }, already, ['idiot'], random))?.messages, 12);
    assert.deepEqual(told, [12]);
    const others = (text: string) => Promise.resolve(shuffledEffects(text, random));
    assert.ok(((await plantedWords({ flags, explain: others }, harmless, ['idiot'], random))?.first ?? 12) < 6);
    assert.match(
      explanationFigures([], found).sentences.join(' '),
      /the explanation names that word first in 12 of 12 messages/,
    );
  });

  it('say nothing where they hardly ever make a message flagged', async () => {
    const explain = (text: string) => Promise.resolve(explained(text));
    assert.equal(await plantedWords({ flags, explain }, harmless, ['boat'], random), null);
    assert.equal(await plantedWords({ flags, explain }, harmless, [], random), null);
    assert.equal(await plantedWords({ flags, explain }, harmless.slice(0, 4), ['idiot'], random), null);
  });
});
