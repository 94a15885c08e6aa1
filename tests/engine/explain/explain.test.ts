import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { encodeAdapter } from '../../../engine/adapter/file.ts';
import { modulesOf, type ModuleSettings } from '../../../engine/adapter/methods.ts';
import { explain } from '../../../engine/explain/explain.ts';
import { nearest } from '../../../engine/explain/neighbours.ts';
import { without } from '../../../engine/explain/words.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { readHyperparameters } from '../../../engine/model/hyperparameters.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { adapterOn } from '../../reference/adapters.ts';
import { tokenizerFor, writeRandomModel } from '../../reference/random-models.ts';

const TEXT = 'Nobody asked you; go and read the rules before you write another word.';
const DEPTH = 4;

describe('explain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-explain-'));
  const base = join(folder, 'base.gguf');
  before(() =>
    writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: DEPTH, vocabulary: 4096 }),
  );
  after(() => rmSync(folder, { recursive: true }));

  /** A session with random modules; `shut` closes the gates. */
  async function open(settings: ModuleSettings, { shut = false, instruction = '' } = {}): Promise<Scorer> {
    using file = readGguf(base);
    const hyper = readHyperparameters(file);
    const random = seededRandom(4);
    const draw = (count: number) => Float32Array.from({ length: count }, () => (2 * random() - 1) / 4);
    const { parameters } = modulesOf(settings, hyper, DEPTH);
    await using plain = await Scorer.open({ base, backend: 'cpu', deterministic: true });
    const adapter = adapterOn(plain.info.base, {
      method: settings.method,
      exitDepth: DEPTH,
      instruction,
      head: { weight: draw(2 * hyper.width), bias: draw(2) },
      modules: {
        settings,
        tensors: new Map(
          parameters.map(({ name, ne }) => {
            const values = draw(ne[0] * ne[1]);
            return [name, { ne, values: shut && name.endsWith('.gate.b2') ? values.fill(-60) : values }];
          }),
        ),
      },
    });
    return await Scorer.open({ base, backend: 'cpu', deterministic: true, adapter: encodeAdapter(adapter) });
  }

  const GATED: ModuleSettings = {
    method: 'ds-lora',
    rank: 4,
    alpha: 8,
    targets: ['attn_q', 'attn_v'],
    from: 0,
    gate: 16,
    scope: 'token',
  };
  const scoreOf = async (session: Scorer, text: string): Promise<readonly number[]> => {
    const [score] = await session.score([{ key: 'one', text }], {});
    assert.ok(score?.status === 'scored');
    return Array.from(score.probabilities);
  };

  it('says of each word what the score is without it, to 1e-5', async () => {
    await using session = await open(GATED);
    const { probabilities, words } = await explain(session, { text: TEXT });
    assert.equal(words.length, 13);
    const apart = (a: readonly number[], b: readonly number[] | null) =>
      Math.max(...a.map((p, i) => Math.abs(p - (b?.[i] ?? NaN))));
    assert.ok(apart(await scoreOf(session, TEXT), probabilities) < 1e-5);
    for (const word of words)
      assert.ok(apart(await scoreOf(session, without(TEXT, word)), word.probabilities) < 1e-5, word.text);
    // Words that change nothing would pass, too.
    assert.ok(words.some((word) => apart(probabilities, word.probabilities) > 1e-4));
  });

  it('reads a long text as often as it may, and looks closer where leaving out changes the most', async () => {
    await using session = await open(GATED);
    const random = seededRandom(9);
    const vocabulary = TEXT.replace(/[^a-z ]/gi, '').split(' ');
    const text = Array.from({ length: 60 }, () => vocabulary[Math.floor(random() * vocabulary.length)]).join(' ');
    const exact = await explain(session, { text });
    assert.ok(exact.words.every(({ together }) => together === 1));
    const tokens = exact.tokens.length;
    const reads: string[] = [];
    const score = session.score.bind(session);
    session.score = async (items, hooks) => {
      reads.push(...items.map((item) => item.text));
      return await score(items, hooks);
    };
    const { probabilities, words } = await explain(session, { text, mostTokens: 30 * tokens });
    assert.ok(reads.length <= 30, `${reads.length} reads`);
    assert.deepEqual(probabilities, exact.probabilities);
    assert.deepEqual(
      words.map(({ start, end }) => [start, end]),
      exact.words.map(({ start, end }) => [start, end]),
    );
    const alone = words.filter(({ together }) => together === 1);
    assert.ok(alone.length >= 8, `${alone.length} words alone`);
    for (const word of alone)
      assert.deepEqual(word.probabilities, exact.words.find(({ start }) => start === word.start)?.probabilities);
    const change = (one: readonly number[] | null): number => Math.abs((one?.[0] ?? NaN) - (probabilities[0] ?? NaN));
    const rest = words.filter(({ together }) => together > 1);
    const last = Math.max(...rest.map((word) => change(word.probabilities)));
    // Parts that were looked at closer changed more than all others did.
    const parts = reads.slice(1).filter((read) => read.split(' ').length < 59);
    const again = await score(
      parts.map((part, i) => ({ key: String(i), text: part })),
      {},
    );
    const changes = again.map((one) => (one.status === 'scored' ? change(Array.from(one.probabilities)) : NaN));
    assert.ok(changes.filter((own) => own > last).length >= alone.length / 5);
  });

  it('shows an open gate between 0 and 1, a closed one as 0, none without gates', async () => {
    {
      await using session = await open(GATED);
      const { gates, tokens } = await explain(session, { text: TEXT });
      assert.deepEqual(Object.keys(gates ?? {}), ['lower', 'middle', 'upper']);
      for (const values of Object.values(gates ?? {})) {
        assert.equal(values.length, tokens.length);
        assert.ok(values.every((gate) => gate > 0.01 && gate < 0.99));
        // A gate that says the same of every token would explain nothing.
        assert.ok(Math.max(...values) - Math.min(...values) > 1e-4);
      }
    }
    {
      await using session = await open(GATED, { shut: true });
      const { gates } = await explain(session, { text: TEXT });
      for (const values of Object.values(gates ?? {})) assert.ok(values.every((gate) => gate < 1e-12));
    }
    const { gate: _gate, scope: _scope, ...lowRank } = GATED as Extract<ModuleSettings, { method: 'ds-lora' }>;
    await using session = await open({ ...lowRank, method: 'lora' });
    assert.equal((await explain(session, { text: TEXT })).gates, null);
  });

  it('finds the words of the text in the text, not in an instruction that says the same', async () => {
    const instruction = 'Instruct: say whether nobody asked you to go.\nQuery: ';
    await using session = await open(GATED, { instruction });
    const { tokens } = await explain(session, { text: TEXT });
    const found = tokens.flatMap(({ place }) => (place ? [place] : []));
    assert.ok(found.length < tokens.length);
    // Every letter belongs to a token, once.
    const letters = Array.from(TEXT, (_, i) => found.filter(({ start, end }) => start <= i && i < end).length);
    assert.deepEqual([...new Set(letters.filter((_, i) => TEXT[i] !== ' '))], [1]);
  });

  it('a closed gate leaves the scores of the base model with its head', async () => {
    await using shut = await open(GATED, { shut: true });
    await using open1 = await open(GATED);
    const items = [{ key: 'one', text: TEXT }];
    await using plain = await Scorer.open({ base, backend: 'cpu', deterministic: true });
    const [a, b, c] = [
      (await shut.embed(items, {})).states,
      (await plain.embed(items, {})).states,
      (await open1.embed(items, {})).states,
    ];
    assert.deepEqual(a, b);
    assert.notDeepEqual(c, b);
  });

  it('knows a text of one word, of emoji, and refuses an empty one', async () => {
    await using session = await open(GATED);
    const { words } = await explain(session, { text: 'idiot' });
    assert.deepEqual(
      words.map(({ text, probabilities }) => [text, probabilities]),
      [['idiot', null]],
    );
    assert.equal((await explain(session, { text: '🙂🙂 !?' })).words.length, 2);
    await assert.rejects(explain(session, { text: ' \n' }), /empty/);
    await assert.rejects(explain(session, { text: 'word '.repeat(5000) }), /too long/);
  });
});

describe('nearest', () => {
  it('gives the rows of the smallest angle, whatever their length', () => {
    const states = [Float32Array.of(1, 0), Float32Array.of(0, 5), Float32Array.of(-1, 0), Float32Array.of(10, 1)];
    assert.deepEqual(
      nearest(Float32Array.of(2, 0), states, 3).map(({ row }) => row),
      [0, 3, 1],
    );
    assert.ok(Math.abs((nearest(Float32Array.of(0, 3), states, 1)[0]?.cosine ?? 0) - 1) < 1e-6);
  });

  it('gives all there are where fewer are there than asked for', () => {
    assert.equal(nearest(Float32Array.of(1, 1), [Float32Array.of(1, 0)], 5).length, 1);
    assert.equal(nearest(Float32Array.of(0, 0), [Float32Array.of(1, 0)], 5)[0]?.cosine, 0);
  });
});
