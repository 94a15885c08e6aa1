/**
 * llama.cpp itself as a peer: libllama through its C API, several texts a decode, pooled by llama.cpp. Settings are those
 * of a careful C++ program: texts by length, a batch always in one physical batch (pooling is taken per physical batch),
 * weight repacking on, threads given.
 */
import { z } from 'zod';
import { openLibllama, type Batch } from './libllama.ts';
import { serve } from './serve.ts';

const Own = z.object({
  /** what the weights are called in the report */
  weights: z.string(),
  /** texts in one decode */
  sequences: z.int().min(1).max(256),
  flash: z.boolean(),
  /** one KV cache for all texts of a batch, or one each (then the texts of a batch must be of one length) */
  unified: z.boolean(),
  encoder: z.boolean(),
});

const MEAN = 1;
const LONGEST = 4096;
/** Physical batches are a multiple of this: llama.cpp cannot reserve a graph for others. */
const STEP = 256;

await serve((load) => {
  const { weights, sequences, flash, unified, encoder } = Own.parse(load);
  const lib = openLibllama();
  const model = lib.loadModel(load.model);
  const width = lib.width(model);
  const room = new Int32Array(LONGEST);

  // Any selection of the texts must fit: the context is made for the longest ones together.
  const lengths = load.texts.map((text) => lib.tokenize(model, text, room).length).sort((a, b) => b - a);
  const up = (tokens: number) => Math.ceil(tokens / STEP) * STEP;
  const [longest = 0] = lengths;
  const batch = up(lengths.slice(0, sequences).reduce((sum, length) => sum + length, 0));
  const context = lib.createContext(model, {
    n_ctx: unified ? batch : up(longest) * sequences,
    n_batch: batch,
    n_ubatch: batch,
    n_seq_max: sequences,
    n_threads: load.threads,
    n_threads_batch: load.threads,
    pooling_type: MEAN,
    flash_attn_type: flash ? 1 : 0,
    embeddings: true,
    kv_unified: unified,
  });

  function plan(rows: readonly Int32Array[]) {
    const order = rows.map((_, i) => i).sort((a, b) => length(a) - length(b));
    const batches: { members: number[]; tokens: number; longest: number }[] = [];
    for (const i of order) {
      const last = batches.at(-1);
      if (last && last.members.length < sequences && (unified || last.longest === length(i))) {
        last.members.push(i);
        last.tokens += length(i);
        last.longest = length(i);
      } else batches.push({ members: [i], tokens: length(i), longest: length(i) });
    }
    return batches;

    function length(i: number): number {
      return rows[i]?.length ?? 0;
    }
  }

  const cache = unified ? 'one KV cache' : 'a KV cache each, equal lengths';
  const settings = `llama.cpp (libllama v0.4.0) ${weights}, batches of ${sequences}, flash attention ${flash ? 'on' : 'off'}${encoder ? '' : `, ${cache}`}, ${load.threads} threads`;
  return Promise.resolve({
    settings,
    run(count) {
      const rows = load.texts.slice(0, count).map((text) => lib.tokenize(model, text, room));
      const states = new Array<Float32Array>(count);
      for (const { members } of plan(rows)) {
        const laid = layOut(members.map((i) => rows[i] ?? new Int32Array()));
        if (encoder) lib.encode(context, laid);
        else lib.decode(context, laid);
        members.forEach((i, sequence) => {
          states[i] = lib.pooled(context, sequence, width);
        });
      }
      return Promise.resolve({ states, tokens: rows.map((row) => row.length) });
    },
  });
});

function layOut(rows: readonly Int32Array[]): Batch {
  const total = rows.reduce((sum, row) => sum + row.length, 0);
  const laid = { tokens: new Int32Array(total), positions: new Int32Array(total), sequences: new Int32Array(total) };
  let start = 0;
  rows.forEach((row, sequence) => {
    laid.tokens.set(row, start);
    for (let i = 0; i < row.length; i++) laid.positions[start + i] = i;
    laid.sequences.fill(sequence, start, start + row.length);
    start += row.length;
  });
  return laid;
}
