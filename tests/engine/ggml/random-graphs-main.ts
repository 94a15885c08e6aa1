/**
 * Builds and computes graphs of random operations on random operands: `SEED COUNT`. Each operation is either refused by
 * an error of ours or must be computed; native code that ends the process shows in the exit status. The operations of
 * the graph in work stand on stderr, the last one tried as the last line.
 */
import { writeSync } from 'node:fs';
import { Backend, BackendError } from '../../../engine/ggml/backend.ts';
import { GGML_TYPES, type GgmlType } from '../../../engine/ggml/gguf/types.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import { quantise } from '../../../engine/ggml/quantise.ts';
import { describe, ShapeError, type Shape, type Tensor } from '../../../engine/ggml/tensor.ts';
import { openLikeMetal } from './like-metal.ts';

const [seed = 1, count = 100] = process.argv.slice(2).map(Number);
let state = seed;
const below = (n: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state % n;
};
const pick = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];

/** Few sizes, so that they often fit. */
const size = (): number => pick([1, 1, 2, 3, 4, 8, 32, 256]);
const type = (): GgmlType => pick(['f32', 'f32', 'f32', 'f32', 'f16', 'bf16', 'i32', 'q8_0', 'q4_K', 'q8_1', 'i8']);
const axes = (): Shape => pick<Shape>([[0, 1, 2, 3], [0, 2, 1, 3], [1, 0, 2, 3], [1, 2, 0, 3], [3, 2, 1, 0], [0, 0, 1, 2]]); // prettier-ignore

/** The second composes what it has no kernel for. */
const backends = [Backend.open('cpu'), openLikeMetal()] as const;
const counts = { built: 0, computed: 0, refused: 0 };

for (let n = 0; n < count; n++) {
  const graph = new Graph(backends[n % 2 === 0 ? 0 : 1], 40);
  const inputs: Tensor[] = [];
  const made: Tensor[] = [];
  const attempt = (what: string, build: () => Tensor): void => {
    writeSync(2, `${what}\n`);
    try {
      made.push(build());
      counts.built++;
    } catch (error) {
      if (!(error instanceof ShapeError || error instanceof RangeError)) throw error;
      counts.refused++;
    }
  };
  for (let i = 0; i < 4; i++) {
    const [kind, ne] = [type(), [size(), size(), pick([1, 1, 2, 3]), pick([1, 1, 1, 2])]];
    attempt(`input ${kind} ${ne.join()}`, () => {
      const input = graph.input(kind, ...ne);
      inputs.push(input);
      return input;
    });
  }
  for (let i = 0; i < 8 && made.length > 0; i++) {
    const any = (): Tensor => made[below(made.length)] as Tensor;
    // Often a partner that fits, or next to nothing would be computed.
    const like = (a: Tensor): Tensor => made.filter((b) => b.ne[0] === a.ne[0])[below(3)] ?? any();
    const a = any();
    const b = below(2) === 0 ? like(a) : any();
    const [c, d] = [any(), any()];
    const same = made.filter(({ ne }) => ne.join() === a.ne.join())[below(4)] ?? a;
    const rowed = made.filter(({ ne }) => ne[1] === a.ne[1])[below(4)] ?? a;
    const unary = pick(['sqr', 'sqrt', 'exp', 'tanh', 'sigmoid', 'relu', 'step', 'silu', 'sumRows', 'mean'] as const);
    const [other, order, ne] = [type(), axes(), [size(), size(), size(), 1]];
    const dims = pick([0, 1, 2, 4, 8, 32]);
    const operations: readonly [string, () => Tensor][] = [
      ['mulMat', () => graph.mulMat(a, b)],
      ['mulMat', () => graph.mulMat(a, b)],
      ['add', () => graph.add(a, b)],
      ['mul', () => graph.mul(a, b)],
      ['sub', () => graph.sub(a, b)],
      ['div', () => graph.div(a, b)],
      ['scale', () => graph.scale(a, 2)],
      ['scaleBias', () => graph.scaleBias(a, 2, -1)],
      [unary, () => graph[unary](a)],
      [unary, () => graph[unary](a)],
      ['siluBack', () => graph.siluBack(a, b)],
      ['siluBack', () => graph.siluBack(a, same)],
      ['rmsNormBack', () => graph.rmsNormBack(a, b, 1e-5)],
      ['rmsNormBack', () => graph.rmsNormBack(a, same, 0)],
      ['softMaxBack', () => graph.softMaxBack(a, b, 1)],
      ['softMaxBack', () => graph.softMaxBack(a, same, 0.5)],
      ['outProd', () => graph.outProd(a, b)],
      ['outProd', () => graph.outProd(a, rowed)],
      ['concat', () => graph.concat(a, b)],
      ['concat', () => graph.concat(a, rowed)],
      ['rmsNorm', () => graph.rmsNorm(a, 1e-5)],
      ['norm', () => graph.norm(a, 0)],
      ['gelu', () => graph.gelu(a)],
      ['softMax', () => graph.softMax(a, below(2) === 0 ? b : null, 1)],
      ['flashAttention', () => graph.flashAttention(a, b, b, d, 1)],
      ['flashAttention', () => graph.flashAttention(a, a, a, graph.input('f16', a.ne[1], a.ne[1]), 1)],
      ['rope', () => graph.rope(a, b, { dims, mode: pick(['pairs', 'halves']), base: 1e4, scale: 1, factors: below(2) ? c : undefined })],
      ['rope', () => graph.rope(a, zeros(a.ne[2]), { dims, mode: pick(['pairs', 'halves']), base: 1e4, scale: 1 })],
      ['ropeBack', () => graph.ropeBack(a, b, { dims, mode: pick(['pairs', 'halves']), base: 1e4, scale: 1, factors: below(2) ? c : undefined })],
      ['ropeBack', () => graph.ropeBack(a, zeros(a.ne[2]), { dims, mode: pick(['pairs', 'halves']), base: 1e4, scale: 1 })],
      ['getRows', () => graph.getRows(a, zeros(size()))],
      ['reshape', () => graph.reshape(a, a.ne[1], a.ne[0], a.ne[2] * a.ne[3])],
      ['reshape', () => graph.reshape(a, ...ne)],
      ['permute', () => graph.permute(a, order)],
      ['cont', () => graph.cont(a)],
      ['transposed', () => graph.transposed(a)],
      ['view', () => graph.view(a, [Math.ceil(a.ne[0] / 2), a.ne[1]], pick([0, 4, a.nb[1], 256]))],
      ['view', () => graph.view(a, ne, pick([0, 256, 1024, below(40)]))],
      ['cast', () => graph.cast(a, other)],
    ]; // prettier-ignore
    const [name, build] = operations[below(operations.length)] ?? ['cont', () => graph.cont(a)];
    attempt(
      `${name} ${[a, b, c, d, same, rowed].map(describe).join(' | ')} ${dims} ${ne.join()} ${order.join()} ${other}`,
      build,
    );
  }
  function zeros(ids: number): Tensor {
    const input = graph.input('i32', ids);
    inputs.push(input);
    return input;
  }
  writeSync(2, 'finish\n');
  try {
    graph.finish(made);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    await graph[Symbol.asyncDispose]();
    continue;
  }
  for (const input of inputs) input.upload(bytesOf(input));
  writeSync(2, 'compute\n');
  await graph.compute();
  counts.computed++;
  await graph[Symbol.asyncDispose]();
}
for (const backend of backends) await backend[Symbol.asyncDispose]();
console.log(JSON.stringify(counts));

/** Small numbers in every type; whole numbers are 0, which every table has. */
function bytesOf({ type, ne, size, byteLength }: Tensor): Uint8Array {
  if (type.startsWith('i') || type === 'q8_1' || type === 'q8_K') return new Uint8Array(byteLength);
  const values = Float32Array.from({ length: size }, () => below(7) - 3);
  return GGML_TYPES[type].blockSize > 1 || type !== 'f32'
    ? quantise(backends[0].native, type, values, ne[0])
    : new Uint8Array(values.buffer);
}
