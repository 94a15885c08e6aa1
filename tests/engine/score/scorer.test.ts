import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AdapterBaseMismatch, AdapterError } from '../../../engine/adapter/errors.ts';
import { encodeAdapter } from '../../../engine/adapter/file.ts';
import { GgufError } from '../../../engine/ggml/gguf/errors.ts';
import { rewriteGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import { aliveObjects } from '../../../engine/ggml/owner.ts';
import { Scorer, type OpenOptions } from '../../../engine/score/scorer.ts';
import { adapterOn } from '../../reference/adapters.ts';
import { tokenizerFor, writeRandomModel } from '../../reference/random-models.ts';

const WIDTH = 64;
const ITEMS = [
  'hello there',
  '',
  'The server is back, thank you for waiting!',
  '  \n\t ',
  'so am I',
  'word '.repeat(600),
  'Nobody asked you; go and read the rules before you write another word.',
].map((text, i) => ({ key: `m${i}`, text }));

describe('Scorer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-scorer-'));
  const base = join(folder, 'base.gguf');
  const open = (options: Partial<OpenOptions> = {}) =>
    Scorer.open({ base, backend: 'cpu', deterministic: false, layout: 'f32', threads: 1, ...options });

  const adapterFor = (sha256: string, width = WIDTH) =>
    encodeAdapter(
      adapterOn(
        { name: 'base.gguf', sha256, architecture: 'llama' },
        {
          exitDepth: 3,
          temperature: 2,
          head: {
            weight: Float32Array.from({ length: 2 * width }, (_, i) => Math.sin(i)),
            bias: Float32Array.of(0.1, -0.1),
          },
        },
      ),
    );

  before(() => writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), width: WIDTH, blocks: 4 }));
  after(() => rmSync(folder, { recursive: true }));

  it('gives scores in the order of the items, and says what it did not read and why', async () => {
    const { info } = await using1(open(), (session) => Promise.resolve(session));
    const adapter = adapterFor(info.base.sha256);
    const scores = await using1(open({ adapter, threads: 3 }), (session) => session.score(ITEMS, {}));
    assert.deepEqual(
      scores.map(({ key }) => key),
      ITEMS.map(({ key }) => key),
    );
    assert.deepEqual(
      scores.map((score) => (score.status === 'scored' ? 'scored' : score.reason)),
      ['scored', 'empty', 'scored', 'empty', 'scored', 'over-long', 'scored'],
    );
    for (const score of scores) {
      if (score.status !== 'scored') continue;
      assert.equal(score.probabilities.length, 2);
      assert.ok(Math.abs((score.probabilities[0] ?? 0) + (score.probabilities[1] ?? 0) - 1) < 1e-6);
    }
  });

  it('gives the same scores for a text alone, in company and in any layout of company, within 1e-4', async () => {
    await using session = await open();
    const readable = ITEMS.filter((_, i) => [0, 2, 4, 6].includes(i));
    const together = (await session.embed(readable, {})).states;
    const reversed = (await session.embed([...readable].reverse(), {})).states;
    for (const [i, item] of readable.entries()) {
      const alone = (await session.embed([item], {})).states;
      const at = (all: Float32Array, place: number) => all.subarray(place * WIDTH, (place + 1) * WIDTH);
      for (const other of [at(together, i), at(reversed, readable.length - 1 - i)])
        alone.forEach((x, k) => assert.ok(Math.abs(x - (other[k] ?? NaN)) < 1e-4, `${item.key}, place ${k}`));
    }
  });

  it('is bit-exact when deterministic, whatever stands beside a text', async () => {
    await using session = await open({ deterministic: true });
    const readable = ITEMS.filter((_, i) => [0, 2, 4, 6].includes(i));
    const together = (await session.embed(readable, {})).states;
    for (const [i, item] of readable.entries()) {
      const alone = (await session.embed([item], {})).states;
      assert.deepEqual(together.slice(i * WIDTH, (i + 1) * WIDTH), alone);
    }
  });

  it('never loads layers above the exit depth', async () => {
    const cut = join(folder, 'cut.gguf');
    // The description still says four layers, but the fourth is gone: whoever reads it fails.
    rewriteGguf(base, cut, { tensor: ({ name }) => (name.startsWith('blk.3.') ? 'drop' : 'keep') });
    await using shallow = await open({ base: cut, depth: 3 });
    await using whole = await open({ depth: 3 });
    const [item] = ITEMS.slice(2);
    assert.ok(item);
    assert.deepEqual((await shallow.embed([item], {})).states, (await whole.embed([item], {})).states);
    await assert.rejects(open({ base: cut }), (error) => error instanceof GgufError && /blk\.3\./.test(error.place));
  });

  it('refuses an adapter for another base, of another width, or asked for at another depth', async () => {
    await assert.rejects(open({ adapter: adapterFor('0'.repeat(64)) }), AdapterBaseMismatch);
    const { sha256 } = await using1(open(), ({ info }) => Promise.resolve(info.base));
    await assert.rejects(open({ adapter: adapterFor(sha256, 2 * WIDTH) }), AdapterError);
    await assert.rejects(open({ adapter: adapterFor(sha256), depth: 2 }), /trained at depth 3/);
  });

  it('names the file that is no model', async () => {
    const empty = join(folder, 'empty.gguf');
    writeFileSync(empty, '');
    await assert.rejects(open({ base: empty }), (error) => error instanceof GgufError && error.file === empty);
    const half = join(folder, 'half.gguf');
    writeFileSync(half, readFileSync(base).subarray(0, 400_000));
    await assert.rejects(open({ base: half }), (error) => error instanceof GgufError && error.file === half);
  });

  it('stops between two graphs when aborted', async () => {
    await using session = await open({ deterministic: true });
    const controller = new AbortController();
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      if (done >= 3) controller.abort();
    };
    const many = Array.from({ length: 200 }, (_, i) => ({ key: `${i}`, text: `message number ${i}` }));
    await assert.rejects(session.embed(many, { signal: controller.signal, onProgress }), { name: 'AbortError' });
    assert.ok(last < 6, `it went on to ${last}`);
    // The session is as good as before.
    assert.ok((await session.embed(many.slice(0, 2), {})).states.every(Number.isFinite));
  });

  it('chooses a layout by measurement and remembers it, and an unreadable memory costs only a second measurement', async () => {
    const calibrationFile = join(folder, 'deep', 'calibration.json');
    const measured = () => Scorer.open({ base, backend: 'cpu', deterministic: false, calibrationFile });
    const first = await using1(measured(), ({ info }) => Promise.resolve(info.layout));
    assert.match(first, /^(file|f32|bf16|q8_0)/);
    const kept = { layout: 'bf16', tokensPerSecond: 1000, undisturbed: true };
    writeMemory(calibrationFile, kept);
    assert.equal(await using1(measured(), ({ info }) => Promise.resolve(info.layout)), 'bf16');
    writeFileSync(calibrationFile, '{ not json');
    assert.match(await using1(measured(), ({ info }) => Promise.resolve(info.layout)), /^(file|f32|bf16|q8_0)/);
  });

  it('keeps the layout of earlier scores where this machine has it, and measures where it has not', async () => {
    const layoutBeside = (pinnedLayout: string) =>
      using1(Scorer.open({ base, backend: 'cpu', deterministic: false, pinnedLayout }), ({ info }) =>
        Promise.resolve(info.layout),
      );
    // Never the fastest: the file's own type is.
    assert.equal(await layoutBeside('f32'), 'f32');
    assert.match(await layoutBeside('q8_0+OTHER'), /^(file|f32|bf16|q8_0)/);
  });

  /** Puts another measurement under the keys that were remembered. */
  function writeMemory(file: string, kept: object): void {
    const remembered = JSON.parse(readFileSync(file, 'utf8')) as object;
    assert.equal(Object.keys(remembered).length, 1);
    writeFileSync(file, JSON.stringify(Object.fromEntries(Object.keys(remembered).map((key) => [key, kept]))));
  }

  it('leaves nothing behind', () => {
    assert.deepEqual(aliveObjects(), {});
  });
});

async function using1<T>(opening: Promise<Scorer>, use: (session: Scorer) => Promise<T>): Promise<T> {
  await using session = await opening;
  return await use(session);
}
