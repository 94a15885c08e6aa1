/** SmolLM2 in F32, dequantised by our own writer: the likeliest next token of 200 texts is llama.cpp's. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Backend } from '../../../engine/ggml/backend.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import { rewriteGguf } from '../../../engine/ggml/gguf/rewrite.ts';
import { dequantise } from '../../../engine/ggml/quantise.ts';
import { Weights } from '../../../engine/ggml/weights.ts';
import { Forward } from '../../../engine/model/forward.ts';
import { EXACT } from '../../../engine/model/layout.ts';
import { Model } from '../../../engine/model/model.ts';
import { openLlamaCpp, Reference } from '../../reference/llama-cpp.ts';

const SMOL = join(import.meta.dirname, '../../../native-models/SmolLM2-135M-Instruct.Q4_1.gguf');

/** 200 different beginnings of sentences. */
const TEXTS = ['The', 'My', 'Every', 'Nobody likes the', 'In the morning our'].flatMap((start) =>
  ['old server', 'new map', 'blue house', 'moderator', 'small dog', 'last train', 'long game', 'first message'].flatMap(
    (thing) =>
      ['was', 'never came to', 'looks like a', 'is about', 'went to the'].map((end) => `${start} ${thing} ${end}`),
  ),
);

it('the likeliest next token of 200 texts is that of llama.cpp', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'moderato-next-'));
  const exact = join(folder, 'f32.gguf');
  try {
    await using backend = Backend.open('cpu');
    rewriteGguf(SMOL, exact, {
      tensor: ({ type }) => ({
        type: 'f32',
        convert: (bytes) => new Uint8Array(dequantise(backend.native, type, bytes).buffer),
      }),
    });
    const llama = await openLlamaCpp();
    const reference = await Reference.open(llama, exact, { contextTokens: 64 });
    const theirs = (await reference.next(TEXTS)).map(({ token }) => token);
    const ids = TEXTS.map((text) => reference.tokens(text));
    await reference[Symbol.asyncDispose]();
    await llama.dispose();

    using file = readGguf(exact);
    await using model = await Model.load(file, { backend, layout: EXACT });
    const { width, vocabulary } = model.hyper;
    await using forward = new Forward(
      model,
      ids.map(({ length }) => length),
    );
    const states = await forward.run(ids, 'last');
    // SmolLM2 has no output matrix of its own: the token table, turned around, gives the logits.
    await using head = new Weights(backend, new Map([['table', { type: 'f32', ne: [width, vocabulary] } as const]]));
    head.get('table').upload(file.readTensor(file.requireTensor('token_embd.weight')));
    await using graph = new Graph(backend, 16);
    const input = graph.input('f32', width, TEXTS.length);
    const logits = graph.mulMat(head.get('table'), input);
    graph.finish([logits]);
    input.upload(states);
    await graph.compute();
    const all = logits.download();
    const ours = TEXTS.map((_, i) => {
      const row = all.subarray(i * vocabulary, (i + 1) * vocabulary);
      return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
    });
    assert.equal(ours.length, 200);
    assert.ok(new Set(ours).size > 20, 'the texts are too much alike to say anything');
    assert.deepEqual(ours, theirs);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
