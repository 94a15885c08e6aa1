import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Backend } from '../ggml/backend.ts';
import type { GgufFile } from '../ggml/gguf/read.ts';
import type { Pooling } from '../model/blocks/pooling.ts';
import { Forward } from '../model/forward.ts';
import { EXACT, findLayout, layoutName, layouts, type Layout } from '../model/layout.ts';
import { Model } from '../model/model.ts';

/**
 * The fastest weight layout differs by processor by up to four times, so it is measured: once per machine and model.
 * Only layouts whose states agree with F32 within this tolerance are taken: cosine of every probe text.
 */
export const TOLERANCE = 0.998;

const Measured = z.strictObject({
  layout: z.string(),
  /** of one thread */
  tokensPerSecond: z.number().positive(),
  /** nothing else took the processor meanwhile; if something did, the next start measures again */
  undisturbed: z.boolean(),
});
export type Calibration = Readonly<Omit<z.infer<typeof Measured>, 'undisturbed'>>;
const Remembered = z.record(z.string(), Measured);

export interface CalibrationInput {
  readonly file: GgufFile;
  readonly sha256: string;
  readonly depth: number;
  readonly pooling: Pooling;
  readonly backend: Backend;
  /** token ids of a few texts of the base's own tokenizer, for the check of agreement */
  readonly probes: readonly Int32Array[];
}

/** What was measured for this machine, backend and model before, or a new measurement, remembered in the file `memory`. */
export async function calibrate(
  input: CalibrationInput,
  memory: string | undefined,
  signal?: AbortSignal,
): Promise<Calibration> {
  const known = memory === undefined ? {} : recall(memory);
  const key = identity(input);
  const before = known[key];
  if (before?.undisturbed && findLayout(input.backend, before.layout)) return before;
  const measured = await measure(input, signal);
  if (memory !== undefined) remember(memory, { ...known, [key]: measured });
  return measured;
}

/** A batch like those of chat messages, and only as many layers as show the rate of one. */
const SAMPLE = { texts: 16, tokens: 32, layers: 2, runs: 3 } as const;
/** A layout whose first run takes this many times as long as the best one's runs is not measured further. */
const HOPELESS = 2.5;
/** Share of a processor that one thread must have had for its times to mean something. */
const UNDISTURBED = 0.85;

async function measure(input: CalibrationInput, signal?: AbortSignal): Promise<z.infer<typeof Measured>> {
  const { backend, depth } = input;
  const layers = Math.min(SAMPLE.layers, depth);
  const timed: (Timed & { readonly layout: Layout })[] = [];
  for (const layout of layouts(backend)) {
    signal?.throwIfAborted();
    const fastest = Math.min(...timed.map((other) => other.seconds));
    const alone = await time(input, layout, layers, HOPELESS * fastest);
    if (alone) timed.push({ layout, ...alone });
  }
  timed.sort((a, b) => a.seconds - b.seconds);
  const exact = await probeStates(input, EXACT);
  // F32 is one of them and agrees with itself.
  for (const { layout, seconds } of timed) {
    signal?.throwIfAborted();
    if (!(worstCosine(exact, await probeStates(input, layout)) >= TOLERANCE)) continue;
    return {
      layout: layoutName(layout),
      tokensPerSecond: (SAMPLE.texts * SAMPLE.tokens * layers) / (seconds * depth),
      undisturbed: timed.every(({ processorShare }) => processorShare >= UNDISTURBED),
    };
  }
  throw new RangeError(
    `The states of ${input.file.name} are not finite numbers: the model file is damaged. Get it again.`,
  );
}

interface Timed {
  /** fastest run */
  readonly seconds: number;
  /** processor time by wall time of all runs, 1 for a thread that had a core of its own */
  readonly processorShare: number;
}

/** Times the sample batch on one thread; null where the layout is none of its own. */
async function time(
  input: CalibrationInput,
  layout: Layout,
  layers: number,
  giveUpAbove: number,
): Promise<Timed | null> {
  await using model = await Model.load(input.file, { backend: input.backend, layout, depth: layers });
  // A buffer that takes none of these weights leaves the plain layout, which is measured on its own.
  if (layout.repack && !model.repacked) return null;
  await using forward = new Forward(model, new Array<number>(SAMPLE.texts).fill(SAMPLE.tokens));
  const texts = Array.from({ length: SAMPLE.texts }, (_, i) =>
    Int32Array.from({ length: SAMPLE.tokens }, (_, j) => (i * SAMPLE.tokens + j) % model.hyper.vocabulary),
  );
  const used = process.cpuUsage();
  const begin = performance.now();
  let fastest = Infinity;
  // The first run is slower than the others, but if it is hopeless it is the only one.
  for (let run = 0; run <= SAMPLE.runs && (run !== 1 || fastest <= giveUpAbove); run++) {
    const start = performance.now();
    await forward.run(texts, input.pooling);
    fastest = Math.min(fastest, (performance.now() - start) / 1000);
  }
  const { user, system } = process.cpuUsage(used);
  return { seconds: fastest, processorShare: (user + system) / 1000 / (performance.now() - begin) };
}

/** Pooled states of the probe texts at full exit depth, one text per graph. */
async function probeStates(input: CalibrationInput, layout: Layout): Promise<readonly Float32Array[]> {
  await using model = await Model.load(input.file, { backend: input.backend, layout, depth: input.depth });
  const states: Float32Array[] = [];
  for (const probe of input.probes) {
    await using forward = new Forward(model, [probe.length]);
    states.push(await forward.run([probe], input.pooling));
  }
  return states;
}

const worstCosine = (a: readonly Float32Array[], b: readonly Float32Array[]): number =>
  Math.min(...a.map((state, i) => cosine(state, b[i] ?? state)));

/** NaN where a state is not finite, so that it never passes for agreement. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  a.forEach((x, i) => {
    const y = b[i] ?? NaN;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  });
  return ab / Math.sqrt(aa * bb);
}

/** What a measurement depends on. */
function identity({ backend, sha256, depth }: CalibrationInput): string {
  const machine = [
    cpus()[0]?.model ?? process.arch,
    cpus().length,
    backend.device.description,
    backend.native.ggml_version(),
    backend.accelerator,
    sha256,
    depth,
  ];
  return createHash('sha256').update(machine.join('\n')).digest('hex').slice(0, 32);
}

/** A file that cannot be read costs a second measurement, no more. */
function recall(memory: string): z.infer<typeof Remembered> {
  try {
    return Remembered.parse(JSON.parse(readFileSync(memory, 'utf8')));
  } catch {
    return {};
  }
}

function remember(memory: string, all: z.infer<typeof Remembered>): void {
  try {
    mkdirSync(dirname(memory), { recursive: true });
    const fresh = `${memory}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify(all, null, 2)}\n`);
    renameSync(fresh, memory);
  } catch {
    // A full or read-only disk must not stop the scoring; the next start measures again.
  }
}
