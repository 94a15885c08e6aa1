/**
 * A graphics card's backend beside the CPU in one process: pooled states and gradients of random models of every
 * architecture, and states of MiniLM through the Scorer, which also loads node-llama-cpp's own CPU libraries for the
 * tokenizer. On stdout: GpuReport as JSON. A process of its own, because the environment chooses the device before the
 * libraries are loaded.
 * Usage: node gpu-main.ts vulkan|cuda|metal
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { linearHead } from '../../../engine/adapter/head.ts';
import { modulesOf } from '../../../engine/adapter/methods.ts';
import { Parameters } from '../../../engine/adapter/parameters.ts';
import { Backend } from '../../../engine/ggml/backend.ts';
import { readGguf } from '../../../engine/ggml/gguf/read.ts';
import type { GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { quantise } from '../../../engine/ggml/quantise.ts';
import { Forward } from '../../../engine/model/forward.ts';
import { Model } from '../../../engine/model/model.ts';
import { cosine } from '../../../engine/score/calibration.ts';
import { Scorer } from '../../../engine/score/scorer.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { TrainingStep } from '../../../engine/train/steps/step.ts';
import { runStep } from '../train/steps/run-step.ts';
import { VARIANTS, writeRandomModel } from '../../reference/random-models.ts';

export interface GpuReport {
  readonly device: string;
  readonly software: boolean;
  /** worst cosine of a pooled state with the CPU's */
  readonly states: readonly { readonly variant: string; readonly type: string; readonly cosine: number }[];
  /** a training step of DS-LoRA: |gradient − the CPU's| / |the CPU's|, all parameters together */
  readonly training: readonly { readonly variant: string; readonly apart: number }[];
  readonly scorer: { readonly backend: string; readonly cosine: number };
}

const accelerator = z.enum(['vulkan', 'cuda', 'metal']).parse(process.argv[2]);
const NATIVE = join(import.meta.dirname, '../../../native-models');
const items = ['The server is back, thank you for waiting!', 'ok', 'Wer hat denn das geschrieben?'].map((text, i) => ({
  key: String(i),
  text,
}));
async function embedded(backend: typeof accelerator | 'cpu') {
  const base = join(NATIVE, 'all-MiniLM-L6-v2.F16.gguf');
  // A layout by name: measuring them all would free buffers on the way.
  const scorer = await Scorer.open({ base, backend, deterministic: false, layout: 'file', threads: 1 });
  return { backend: scorer.info.backend, states: (await scorer.embed(items, {})).states };
}
// As the engine does it: the tokenizer's libraries first, the card's after them.
const { backend, states: got } = await embedded(accelerator);
const expected = await embedded('cpu');
const width = got.length / items.length;
const worst = Math.min(
  ...items.map((_, i) => {
    const part = (states: Float32Array): Float32Array => states.slice(i * width, (i + 1) * width);
    return cosine(part(got), part(expected.states));
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'moderato-gpu-'));
const backends = { gpu: Backend.open(accelerator), cpu: Backend.open('cpu') };
/** Of different lengths, together more than the eight columns from which GPUs take their large kernels. */
const LENGTHS = [5, 13];
const TEXTS = LENGTHS.map((length, text) => Array.from({ length }, (_, i) => (31 * (text + 1) * (i + 7)) % 500));

async function states(path: string, backend: Backend): Promise<Float32Array[]> {
  using file = readGguf(path);
  // Neither is freed: Mesa's llvmpipe still reads a buffer that is gone (see checks.ts), and the process ends soon.
  const model = await Model.load(file, { backend, layout: { type: 'file', repack: null } });
  const forward = new Forward(model, LENGTHS);
  const all = await forward.run(TEXTS, 'mean');
  return TEXTS.map((_, i) => all.slice(i * model.hyper.width, (i + 1) * model.hyper.width));
}

/** The gradients of a training step, by parameter. */
async function gradients(path: string, backend: Backend): Promise<ReadonlyMap<string, Float32Array>> {
  using file = readGguf(path);
  const model = await Model.load(file, { backend, layout: { type: 'file', repack: null }, backwardTo: 0 });
  const settings = {
    method: 'ds-lora',
    rank: 4,
    alpha: 8,
    targets: ['attn_q', 'attn_v', 'ffn_down'],
    from: 0,
  } as const;
  const {
    modules,
    parameters: all,
    lowest,
  } = modulesOf({ ...settings, targets: [...settings.targets], gate: 16, scope: 'token' }, model.hyper, model.depth);
  const head = linearHead(model.hyper.width, 2);
  const parameters = new Parameters(backend, [...all, ...head.parameters()]);
  const random = seededRandom(8);
  for (const { name, ne } of parameters.all)
    parameters.set(
      name,
      Float32Array.from({ length: ne[0] * ne[1] }, () => (2 * random() - 1) / Math.sqrt(ne[0])),
    );
  parameters.upload();
  const step = new TrainingStep({ model, modules, head, parameters, lowest, task: 'exclusive' }, LENGTHS);
  const targets = { shares: Float32Array.of(1, 0, 0, 1), weights: new Float32Array(4).fill(64) };
  return (await runStep(step, parameters, TEXTS, targets)).gradients.values;
}

/** |difference| / |expected| of all numbers of a gradient together */
function apart(got: ReadonlyMap<string, Float32Array>, expected: ReadonlyMap<string, Float32Array>): number {
  let difference = 0;
  let size = 0;
  for (const [name, gradient] of expected)
    gradient.forEach((x, i) => {
      difference += (x - (got.get(name)?.[i] ?? NaN)) ** 2;
      size += x ** 2;
    });
  return Math.sqrt(difference / size);
}

const training: { variant: string; apart: number }[] = [];
const found: { variant: string; type: GgmlType; cosine: number }[] = [];
for (const type of ['f32', 'q8_0'] as const) {
  for (const variant of ['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert'] as const) {
    const path = join(folder, `${variant}-${type}.gguf`);
    const tokenizer = VARIANTS[variant] === 'bert' ? 'all-MiniLM-L6-v2.F16.gguf' : 'SmolLM2-135M-Instruct.Q4_1.gguf';
    writeRandomModel(path, {
      variant,
      tokenizer: join(NATIVE, tokenizer),
      vocabulary: 512,
      width: 64,
      blocks: 2,
      type,
      quantise: (to, values, rowLength) => quantise(backends.cpu.native, to, values, rowLength),
    });
    const expected = await states(path, backends.cpu);
    const got = await states(path, backends.gpu);
    const worst = Math.min(...got.map((state, i) => cosine(state, expected[i] ?? new Float32Array())));
    found.push({ variant, type, cosine: worst });
    if (type === 'f32')
      training.push({
        variant,
        apart: apart(await gradients(path, backends.gpu), await gradients(path, backends.cpu)),
      });
  }
}
rmSync(folder, { recursive: true });

const { description, software } = backends.gpu.device;
const report: GpuReport = {
  device: description,
  software,
  states: found,
  training,
  scorer: { backend, cosine: worst },
};
// process.exit, not the end of the script: nothing on the device is freed.
process.stdout.write(JSON.stringify(report), () => process.exit(0));
