import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeAdapter } from '../../../engine/adapter/file.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { LogisticError } from '../../../engine/train/linear/logistic-problem.ts';
import { predictNgrams } from '../../../engine/train/ngrams/ngrams.ts';
import { trainProbe } from '../../../engine/train/probe.ts';
import type { LabelledText, ProbeMethod, TrainInput } from '../../../engine/train/rows.ts';
import { tokenizerFor, writeRandomModel } from '../../reference/random-models.ts';

const LABELS = ['fine', 'abusive'];
const THINGS = ['map', 'server', 'house', 'train', 'dog', 'game', 'rule', 'song'];

/** What makes a text abusive here is the word "turnip". */
const texts = (from: number, count: number): LabelledText[] =>
  Array.from({ length: count }, (_, i) => {
    const label = (from + i) % 2;
    const thing = THINGS[(from + i) % THINGS.length] ?? '';
    return {
      key: `t${from + i}`,
      labels: [label],
      text: `the ${thing} number ${from + i} is a ${label ? 'turnip turnip' : 'pleasure'}`,
    };
  });

describe('trainProbe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-probe-'));
  const base = join(folder, 'base.gguf');
  let session: Scorer;
  before(async () => {
    writeRandomModel(base, { variant: 'llama', tokenizer: tokenizerFor('llama'), blocks: 2 });
    session = await Scorer.open({
      base,
      backend: 'cpu',
      deterministic: false,
      layout: 'f32',
      threads: 1,
      depth: 1,
      instruction: 'Classify: ',
    });
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const input = (changes: Partial<TrainInput<ProbeMethod>> = {}): TrainInput<ProbeMethod> => ({
    labels: LABELS,
    task: 'exclusive',
    train: texts(0, 120),
    dev: texts(1000, 40),
    options: {
      name: 'turnips',
      neutralLabel: 'fine',
      method: { kind: 'probe', classWeights: 'balanced' },
      ngrams: true,
      languages: ['en'],
      source: { data: 'made up' },
    },
    ...changes,
  });

  it('makes an adapter that scores unseen texts right, on the base, depth and instruction it was trained with', async () => {
    const { adapter: bytes } = await trainProbe(session, input(), {});
    const adapter = decodeAdapter(bytes, { source: 'test' });
    assert.deepEqual(adapter.base, session.info.base);
    assert.equal(adapter.exitDepth, 1);
    assert.equal(adapter.instruction, 'Classify: ');
    assert.equal(adapter.training['data'], 'made up');
    await using scorer = await Scorer.open({
      base,
      backend: 'cpu',
      deterministic: false,
      layout: 'f32',
      threads: 1,
      adapter: bytes,
    });
    const unseen = texts(5000, 60);
    const scores = await scorer.score(unseen, {});
    const right = scores.filter(
      (score, i) => score.status === 'scored' && (score.probabilities[1] ?? 0) > 0.5 === (unseen[i]?.labels[0] === 1),
    );
    assert.ok(right.length >= 57, `${right.length} of 60`);
  });

  it('carries the n-gram baseline of the same rows', async () => {
    const { adapter: bytes } = await trainProbe(session, input(), {});
    const { ngrams } = decodeAdapter(bytes, { source: 'test' });
    assert.ok(ngrams);
    const model = { ...ngrams, classes: 2, weights: ngrams.weight, buckets: ngrams.weight.length };
    const [fine = 0, abusive = 0] = [
      predictNgrams(model, ['a pleasure'])[1],
      predictNgrams(model, ['a turnip turnip'])[1],
    ];
    assert.ok(abusive > 0.5 && fine < 0.5);
  });

  it('is deterministic, and reports what it read', async () => {
    const withEmpty = input({ train: [...texts(0, 120), { key: 'void', text: '  ', labels: [1] }] });
    const a = await trainProbe(session, withEmpty, {});
    const b = await trainProbe(session, withEmpty, {});
    const head = ({ adapter }: typeof a) => decodeAdapter(adapter, { source: 'test' }).head;
    assert.deepEqual(head(a), head(b));
    assert.deepEqual(a.report['train'], { rows: 120, perLabel: { fine: 60, abusive: 60 }, notRead: 1 });
  });

  it('says which label has no text, and when no text can be read', async () => {
    const oneClass = texts(0, 60).filter(({ labels }) => labels[0] === 0);
    await assert.rejects(trainProbe(session, input({ train: oneClass }), {}), LogisticError);
    await assert.rejects(
      trainProbe(session, input({ dev: [{ key: 'void', text: '', labels: [0] }] }), {}),
      (error) => error instanceof LogisticError && /dev/.test(error.message),
    );
  });

  it('stops when aborted', async () => {
    await assert.rejects(trainProbe(session, input(), { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});
