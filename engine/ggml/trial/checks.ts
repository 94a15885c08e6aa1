import type { Backend } from '../backend.ts';
import { GGML_TYPES, type GgmlType } from '../gguf/types.ts';
import { Graph } from '../graph.ts';
import type { RopeMode } from '../operations.ts';
import { dequantise, quantise } from '../quantise.ts';
import type { Tensor } from '../tensor.ts';
import { Weights, type WeightSpec } from '../weights.ts';
import * as slow from './plain.ts';
import { plain, type Plain } from './plain.ts';
import { STEP_SIZES, STEP_TOKENS, trainingStep } from './training-step.ts';
import type { Vocabulary } from './vocabulary.ts';

/** An operand that is filled anew for each run. */
type Input =
  /** uniform in −1 … 1 */
  | { readonly kind: 'values'; readonly ne: readonly number[] }
  /** 0, and −∞ where the key comes after the query; in F32 or F16 */
  | { readonly kind: 'mask' | 'half mask'; readonly ne: readonly number[] }
  /** whole numbers from 0 on */
  | { readonly kind: 'whole'; readonly count: number; readonly below: number };

type Operand<T> = (name: string) => T;

/**
 * What a backend has to compute right before it may be used: every operation of a forward and a backward pass, in
 * sizes that meet the different kernels (few and many columns, whole tiles and rests), against plain TypeScript.
 */
export interface Check {
  readonly name: string;
  /** Largest difference allowed, as a share of the largest expected value. */
  readonly tolerance: number;
  readonly weights: Readonly<Record<string, WeightSpec>>;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly fast: (g: Graph, of: Operand<Tensor>) => Tensor;
  readonly slow: (of: Operand<Plain>) => Plain;
}

/**
 * F32 operations differ by rounding alone, but GPUs compute F32 products on halves (10 bits: CUDA's TF32, Vulkan's and
 * Metal's F16 tiles) and take exp and gelu from fast forms: up to 1.3e-3 was seen. Products of quantised weights also
 * round the other operand to 8 bits: up to 8e-3 was seen. A wrong kernel is off by the size of the values themselves.
 */
const ROUNDING = 0.005;
const COARSE = 0.03;

const values = (...ne: number[]): Input => ({ kind: 'values', ne });

/** One computation for a graph and for plain arithmetic. */
type Computation = <T>(o: Vocabulary<T>, of: Operand<T>) => T;

/** A check whose operands are F32 inputs, and within rounding, unless `more` says otherwise. */
const check = (
  name: string,
  inputs: Readonly<Record<string, Input>>,
  compute: Computation,
  more: Partial<Pick<Check, 'tolerance' | 'weights'>> = {},
): Check => ({
  name,
  tolerance: ROUNDING,
  weights: {},
  inputs,
  fast: compute,
  slow: (of) => compute<Plain>(slow, of),
  ...more,
});

const product = (type: GgmlType, k: number, rows: number, columns: number): Check =>
  check(
    `product with ${type} weights, ${columns} columns`,
    { x: values(k, columns) },
    (o, of) => o.mulMat(of('w'), of('x')),
    { weights: { w: { type, ne: [k, rows] } }, tolerance: GGML_TYPES[type].blockSize === 1 ? ROUNDING : COARSE },
  );

function rotation(name: 'rope' | 'ropeBack', mode: RopeMode): Check {
  // Positions up to 512: beyond, F32 angles themselves differ between machines.
  const options = { dims: 48, mode, base: 10_000, scale: 0.5 };
  return check(
    `${name}, ${mode}`,
    { x: values(64, 3, 19, 2), positions: { kind: 'whole', count: 19, below: 512 } },
    (o, of) => o[name](of('x'), of('positions'), options),
  );
}

const [D, HEADS, GROUPS, T, TEXTS] = [32, 4, 2, 21, 3];

/** Cheap ones first, so that a driver that cannot even add is found at once. */
export const CHECKS: readonly Check[] = [
  check('sum and product of elements', { x: values(70, 33), row: values(70) }, (o, of) =>
    o.mul(o.add(of('x'), of('row')), of('row')),
  ),
  check('difference and quotient of elements', { x: values(70, 33), row: values(70) }, (o, of) =>
    o.div(o.sub(of('x'), of('row')), o.exp(of('row'))),
  ),
  check('functions of elements', { x: values(100, 7) }, (o, of) => {
    const x = of('x');
    const wide = o.scaleBias(x, 4, 0.1);
    // All of about one size, since the largest value is what differences are measured by.
    const gated = o.scale(o.concat(o.silu(wide), o.gelu(wide)), 0.25);
    return [o.tanh(wide), o.sigmoid(wide), o.relu(x), o.step(x), o.sqr(x), o.sqrt(o.sqr(x))].reduce(
      (all, one) => o.concat(all, one),
      gated,
    );
  }),
  check('sums and means of rows', { x: values(70, 33, 2) }, (o, of) =>
    o.concat(o.sumRows(of('x')), o.scale(o.mean(of('x')), 70)),
  ),
  ...(['f32', 'f16', 'q8_0', 'q4_1'] as const).map((type) => product(type, 576, 100, 41)),
  ...(['f32', 'q8_0'] as const).map((type) => product(type, 576, 96, 3)),
  check('rms norm', { x: values(576, 9) }, (o, of) => o.rmsNorm(of('x'), 1e-5)),
  check('norm', { x: values(384, 9) }, (o, of) => o.norm(of('x'), 1e-5)),
  check('softmax with mask', { x: values(T, T, HEADS, TEXTS), mask: { kind: 'mask', ne: [T, T] } }, (o, of) =>
    o.softMax(of('x'), of('mask'), 3),
  ),
  rotation('rope', 'pairs'),
  rotation('rope', 'halves'),
  ...(['f32', 'q8_0'] as const).map((type) =>
    check(
      `rows of a ${type} table`,
      { ids: { kind: 'whole', count: 17, below: 50 } },
      (o, of) => o.getRows(of('table'), of('ids')),
      { weights: { table: { type, ne: [96, 50] } } },
    ),
  ),
  check('permuted copy', { x: values(D, GROUPS, T, TEXTS) }, (o, of) => o.cont(o.permute(of('x'), [1, 2, 0, 3]))),
  // Heads of a small encoder's width, for which CUDA has it composed, and of SmolLM2's.
  ...[32, 64].map((width) =>
    check(
      `attention in one pass, heads of ${width}`,
      {
        q: values(width, HEADS, T, TEXTS),
        k: values(width, GROUPS, T, TEXTS),
        v: values(width, GROUPS, T, TEXTS),
        mask: { kind: 'half mask', ne: [T, T] },
      },
      (o, of) => {
        const byHead = (name: string) => o.permute(of(name), [0, 2, 1, 3]);
        return o.flashAttention(byHead('q'), byHead('k'), byHead('v'), of('mask'), 0.5);
      },
    ),
  ),
  check('pooling', { h: values(64, T, TEXTS), shares: values(T, 1, TEXTS) }, (o, of) =>
    o.mulMat(o.transposed(of('h')), of('shares')),
  ),
  check('silu, backward', { dy: values(100, 7), x: values(100, 7) }, (o, of) =>
    o.siluBack(of('dy'), o.scale(of('x'), 4)),
  ),
  // More rows than GPUs have in a group of work.
  check('rms norm, backward', { dy: values(80, 600), x: values(80, 600) }, (o, of) =>
    o.rmsNormBack(of('dy'), of('x'), 1e-5),
  ),
  check(
    'softmax with mask, backward',
    { dP: values(T, T, HEADS), x: values(T, T, HEADS), mask: { kind: 'mask', ne: [T, T] } },
    (o, of) => o.softMaxBack(of('dP'), o.softMax(of('x'), of('mask'), 3), 3),
  ),
  rotation('ropeBack', 'pairs'),
  rotation('ropeBack', 'halves'),
  check('outer products', { a: values(96, 41), b: values(16, 41) }, (o, of) => o.outProd(of('a'), of('b'))),
  // As a gate and a norm have them, long and short: numbers in a row that are turned to a column, or stand for one.
  ...[32, 96].map((width) =>
    check(`outer products with one row of ${width}`, { a: values(width, 16), b: values(1, 16) }, (o, of) =>
      o.outProd(of('a'), of('b')),
    ),
  ),
  check('outer product of two rows', { a: values(96, 1), b: values(1, 33) }, (o, of) =>
    o.shortProduct(of('a'), of('b')),
  ),
  // As attention has them: rows of both lengths that the CPU has a way of its own for, heads in groups, a view on the right.
  ...[32, 64].map((width) =>
    check(`sums of rows of ${width}`, { a: values(width, HEADS, T), b: values(T, T, 2 * HEADS) }, (o, of) =>
      o.outProd(o.permute(of('a'), [0, 2, 1, 3]), o.permute(of('b'), [1, 0, 2, 3])),
    ),
  ),
  check(
    'one training step',
    {
      ...Object.fromEntries(Object.entries(STEP_SIZES).map(([name, ne]) => [name, values(...ne)])),
      mask: { kind: 'mask', ne: [STEP_TOKENS, STEP_TOKENS] },
      positions: { kind: 'whole', count: STEP_TOKENS, below: 512 },
    },
    trainingStep,
    // Products on halves, one after another: 1.1e-3 was seen on lavapipe.
    { tolerance: 2 * ROUNDING },
  ),
];

/** Runs of one graph, each with other numbers: a computation that failed in silence would leave those of the first. */
const RUNS = 2;

/**
 * Largest difference found, as a share of the largest expected value; NaN where a number is not finite.
 * What the check allocates goes to `held` instead of being freed: Mesa's llvmpipe (22.3) still reads the buffer that
 * was bound last and ends the process when that is gone. Throws BackendError.
 */
export async function runCheck(backend: Backend, check: Check, held: AsyncDisposableStack): Promise<number> {
  const { native } = backend;
  const graph = held.use(new Graph(backend, 128));
  const specs = new Map(Object.entries(check.weights));
  const weights = specs.size === 0 ? null : held.use(new Weights(backend, specs));
  const tensors = new Map<string, Tensor>(
    Object.entries(check.inputs).map(([name, input]) => [
      name,
      input.kind === 'whole'
        ? graph.input('i32', input.count)
        : graph.input(input.kind === 'half mask' ? 'f16' : 'f32', ...input.ne),
    ]),
  );
  for (const [name, tensor] of weights?.tensors ?? []) tensors.set(name, tensor);
  const output = check.fast(graph, (name) => named(tensors, name));
  graph.finish([output]);
  const random = uniform();
  let worst = 0;
  for (let run = 0; run < RUNS; run++) {
    const operands = new Map<string, Plain>();
    for (const [name, { type, ne }] of specs) {
      const bytes = quantise(native, type, fill(ne, random), ne[0] ?? 1);
      named(tensors, name).upload(bytes);
      operands.set(name, plain(ne, dequantise(native, type, bytes)));
    }
    for (const [name, input] of Object.entries(check.inputs)) {
      const data = inputData(input, random);
      named(tensors, name).upload(data);
      operands.set(name, plain(input.kind === 'whole' ? [input.count] : input.ne, data));
    }
    await graph.compute();
    worst = Math.max(worst, difference(output.download(), check.slow((name) => named(operands, name)).values));
  }
  return worst;
}

/** max |found − expected| / max |expected|; NaN where a number is not finite (NaN is the largest to Math.max) */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let apart = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? NaN;
    apart = Math.max(apart, Math.abs((found[i] ?? NaN) - value));
    size = Math.max(size, Math.abs(value));
  }
  return apart / size;
}

function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Error(`This check has no operand called ${name}.`);
  return found;
}

function inputData(input: Input, random: () => number): Float32Array | Float16Array | Int32Array {
  if (input.kind === 'whole')
    return Int32Array.from({ length: input.count }, () => Math.floor(((random() + 1) / 2) * input.below));
  const data = fill(input.ne, random);
  if (input.kind === 'values') return data;
  const [keys = 1, queries = 1] = input.ne;
  data.forEach((_, i) => (data[i] = i % keys > Math.floor(i / keys) % queries ? -Infinity : 0));
  return input.kind === 'mask' ? data : Float16Array.from(data);
}

const fill = (ne: readonly number[], random: () => number): Float32Array =>
  Float32Array.from({ length: ne.reduce((a, b) => a * b) }, random);

/** Numbers in −1 … 1, the same in every run (Park and Miller's generator). */
function uniform(): () => number {
  let state = 20_261;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * 2 - 1;
  };
}
