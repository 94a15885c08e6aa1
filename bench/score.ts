/**
 * How fast texts become pooled states: our engine beside the programs that one would use otherwise, on the same texts, the
 * same model file and the same machine, timed in turn. Every program gets the settings that are fastest for it here;
 * tokenizing counts for all of them. `--peer torch` adds PyTorch and ONNX Runtime, where Python has them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readGguf } from '../engine/ggml/gguf/read.ts';
import { faster, type Bench, type BenchOptions, type Figure } from './figure.ts';
import * as peers from './peers/candidates.ts';
import type { Contestant } from './peers/protocol.ts';
import { wantedPython } from './peers/python.ts';
import { meanPooled, sameWeights, withoutHead } from './peers/weights.ts';
import { benchTexts } from './texts.ts';
import { disturbed, race } from './timing.ts';

const MODELS = path.join(import.meta.dirname, '../native-models');
const ROUNDS = 5;
/** Settings are tried on at most so many texts: enough for full batches of one length. */
const TUNED_ON = 512;
/** Fewer texts than this say nothing about batches. */
const LEAST = 64;
/** Texts on which states are compared. */
const COMPARED = 64;
const PYTORCH = ['torch', 'numpy', 'gguf', 'tokenizers'];
const ONNX = ['onnx', 'onnxruntime', 'numpy', 'gguf', 'tokenizers'];

/** One program in the race, named by the figure that it belongs to. */
interface Entry {
  readonly program: Contestant;
  /** what this entry is called when it is not a peer: our own other depth */
  readonly own?: string;
}

const bench: Bench = async (options) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'moderato-bench-'));
  try {
    return [...(await fullDepth(options, folder)), ...(await minilm(options, folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
export default bench;

async function fullDepth(options: BenchOptions, folder: string): Promise<Figure[]> {
  const base = path.join(MODELS, 'SmolLM2-135M-Instruct.Q4_1.gguf');
  const { texts, name } = benchTexts(options.data, Math.max(LEAST, Math.round(384 * options.scale)));
  options.say(`SmolLM2-135M, ${texts.length} texts of ${name}`);
  using entries = new Entries(options.say);
  const pooled = meanPooled(base, blocks(base), folder);
  const ours = await entries.add(peers.moderato(), { model: base, texts });
  await entries.add(peers.moderato({ depth: 8 }), { model: base, texts }, 'score.depth8');
  const reference = await entries.add(peers.llamaBatched('Q4_1', false), { model: pooled, texts });
  const same = await sameWeights(ours.layout, base, folder);
  if (same) await entries.add(peers.llamaBatched(same.weights, false), { model: same.file, texts });
  const { file, weights } = same ?? { file: pooled, weights: 'Q4_1' };
  const headless = withoutHead(file, folder);
  await entries.add(peers.llamaBatched(`${weights} without LM head`, false), { model: headless, texts });
  for (const flash of ['default', 'off'] as const)
    await entries.add(peers.nodeLlamaLoop(flash), { model: pooled, texts });
  const python = wantedPython(options, 'torch', PYTORCH);
  if (python !== null)
    for (const dtype of ['bf16', 'f32'] as const) await entries.add(peers.torch(python, dtype), { model: base, texts });
  return await measure('score.full_depth', entries, reference, texts.length);
}

async function minilm(options: BenchOptions, folder: string): Promise<Figure[]> {
  const base = path.join(MODELS, 'all-MiniLM-L6-v2.F16.gguf');
  const { texts, name } = benchTexts(options.data, Math.max(LEAST, Math.round(2048 * options.scale)));
  options.say(`MiniLM, ${texts.length} texts of ${name}`);
  using entries = new Entries(options.say);
  const pooled = meanPooled(base, blocks(base), folder);
  await entries.add(peers.moderato(), { model: base, texts });
  const reference = await entries.add(peers.llamaBatched('F16', true), { model: pooled, texts });
  for (const flash of ['default', 'off'] as const)
    await entries.add(peers.nodeLlamaLoop(flash), { model: pooled, texts });
  const python = wantedPython(options, 'torch', PYTORCH);
  if (python !== null)
    for (const dtype of ['f32', 'bf16'] as const) await entries.add(peers.torch(python, dtype), { model: base, texts });
  const other = wantedPython(options, 'torch', ONNX);
  if (other !== null)
    for (const dtype of ['f32', 'int8'] as const) await entries.add(peers.onnx(other, dtype), { model: base, texts });
  return await measure('score.minilm', entries, reference, texts.length);
}

/** The programs of one comparison, ours first; they end with it. */
class Entries implements Disposable {
  readonly all: Entry[] = [];
  readonly say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.say = say;
  }

  async add(
    candidates: readonly peers.Candidate[],
    load: { readonly model: string; readonly texts: readonly string[] },
    own?: string,
  ): Promise<Contestant> {
    const program = await peers.fastest(candidates, load, Math.min(TUNED_ON, load.texts.length));
    this.say(`  ${program.settings}`);
    this.all.push({ program, ...(own !== undefined && { own }) });
    return program;
  }

  [Symbol.dispose](): void {
    for (const { program } of this.all) program[Symbol.dispose]();
  }
}

async function measure(name: string, entries: Entries, reference: Contestant, count: number): Promise<Figure[]> {
  const { all, say } = entries;
  const { tokens } = await reference.run(count);
  const total = tokens.reduce((sum, n) => sum + n, 0);
  const raced = await race(
    all.map(({ program }) => program),
    count,
    ROUNDS,
  );
  const [ours] = raced;
  if (!ours) throw new RangeError('nothing was raced');
  const figures: Figure[] = [];
  for (const [i, { program, own }] of all.entries()) {
    const result = raced[i] ?? ours;
    const { seconds } = result;
    const warning = disturbed(result, program.settings);
    if (warning !== null) say(warning);
    if (i === 0) continue;
    const [title, value, peer] = own === undefined ? [name, ours, seconds] : [own, { seconds }, ours.seconds];
    const rival = own === undefined ? program.settings : (all[0]?.program.settings ?? '');
    figures.push(
      faster(title, count / value.seconds, 'items/s', { name: rival, value: count / peer }),
      faster(`${title}.tokens`, total / value.seconds, 'tok/s', { name: rival, value: total / peer }),
    );
  }
  return [...figures, ...(await agreement(name, entries, reference))];
}

/** Whether all programs computed the same thing: lowest cosine of a text's state with llama.cpp's, ours and the peer's. */
async function agreement(name: string, { all }: Entries, reference: Contestant): Promise<Figure[]> {
  const expected = await reference.states(COMPARED);
  const found: { readonly settings: string; readonly cosine: number }[] = [];
  for (const { program, own } of all)
    if (own === undefined && program !== reference)
      found.push({ settings: program.settings, cosine: lowest(await program.states(COMPARED), expected) });
  const [ours, ...others] = found;
  return others.map(({ settings, cosine }) => ({
    name: `${name}.agreement`,
    value: ours?.cosine ?? NaN,
    unit: 'lowest cosine with llama.cpp',
    peer: settings,
    peer_value: cosine,
    ratio: null,
  }));
}

function lowest(states: readonly (readonly number[])[], expected: readonly (readonly number[])[]): number {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const cosines = states.map((state, i) => {
    const other = expected[i] ?? [];
    return dot(state, other) / Math.sqrt(dot(state, state) * dot(other, other));
  });
  return Math.min(...cosines);
}

function blocks(file: string): number {
  using gguf = readGguf(file);
  return gguf.metadata.requireUint(`${gguf.metadata.requireString('general.architecture')}.block_count`);
}
