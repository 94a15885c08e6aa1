/** What each module gives is its equation, written once more in plain TypeScript for one token. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Parameter } from '../../../engine/adapter/parameters.ts';
import { Parameters } from '../../../engine/adapter/parameters.ts';
import { Backend } from '../../../engine/ggml/backend.ts';
import { Graph } from '../../../engine/ggml/graph.ts';
import type { Pass } from '../../../engine/model/block.ts';
import { seededRandom } from '../../../engine/train/random.ts';
import { ADALORA, DORA, dsLora, HOULSBY, LORA, RANK, type Method } from './methods.ts';

const [INPUTS, OUTPUTS, TOKENS] = [32, 48, 3];
const LAYER = 'blk.0.attn_q';

type Vector = readonly number[];
/** row after row */
type Matrix = readonly Vector[];

/** One token at a layer, and its module's parameters. */
interface Given {
  readonly W: Matrix;
  readonly b: Vector;
  readonly x: Vector;
  matrix(name: string): Matrix;
  /** a parameter with one row or one column */
  vector(name: string): Vector;
}

const dot = (a: Vector, b: Vector) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
const times = (M: Matrix, v: Vector) => M.map((row) => dot(row, v));
const plus = (a: Vector, b: Vector) => a.map((value, i) => value + (b[i] as number));
const scaled = (a: Vector, s: number) => a.map((value) => value * s);
const s = RANK.alpha / RANK.rank;
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const gelu = (z: number) => (z / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));

const base = ({ W, b, x }: Given) => plus(times(W, x), b);
const update = ({ x, matrix }: Given) => scaled(times(matrix('weight.lora_b'), times(matrix('weight.lora_a'), x)), s);

const EQUATIONS: Readonly<Record<string, readonly [Method, (given: Given) => Vector]>> = {
  LoRA: [LORA, (given) => plus(base(given), update(given))],
  'DS-LoRA with a linear gate': [
    dsLora('linear', 'token'),
    (given) => {
      const g = sigmoid(dot(given.vector('gate.w'), given.x) + dot(given.vector('gate.b'), [1]));
      return plus(base(given), scaled(update(given), g));
    },
  ],
  'DS-LoRA with an MLP gate': [
    dsLora(16, 'token'),
    (given) => {
      const z = plus(times(given.matrix('gate.w1'), given.x), given.vector('gate.b1'));
      const relu = z.map((value) => Math.max(0, value));
      const g = sigmoid(dot(given.vector('gate.w2'), relu) + dot(given.vector('gate.b2'), [1]));
      return plus(base(given), scaled(update(given), g));
    },
  ],
  Houlsby: [
    HOULSBY,
    (given) => {
      const y = base(given);
      const h = plus(times(given.matrix('houlsby.down'), y), given.vector('houlsby.b1')).map(gelu);
      return plus(y, plus(times(given.matrix('houlsby.up'), h), given.vector('houlsby.b2')));
    },
  ],
  DoRA: [
    DORA,
    ({ W, b, x, matrix, vector }) => {
      const A = matrix('weight.lora_a');
      const turned = W.map((row, i) =>
        row.map(
          (w, k) =>
            w +
            s *
              dot(
                matrix('weight.lora_b')[i] as Vector,
                A.map((a) => a[k] as number),
              ),
        ),
      );
      const m = vector('weight.dora_magnitude');
      return plus(
        turned.map((row, i) => ((m[i] as number) * dot(row, x)) / Math.sqrt(dot(row, row))),
        b,
      );
    },
  ],
  AdaLoRA: [
    ADALORA,
    (given) => {
      const u = times(given.matrix('weight.adalora_q'), given.x);
      const v = given.vector('weight.adalora_lambda').map((lambda, i) => lambda * (u[i] as number));
      return plus(base(given), scaled(times(given.matrix('weight.adalora_p'), v), s));
    },
  ],
};

describe('a module gives what its equation says', () => {
  let backend: Backend;
  before(() => (backend = Backend.open('cpu')));
  after(() => backend[Symbol.asyncDispose]());

  for (const [name, [method, equation]] of Object.entries(EQUATIONS))
    it(name, async () => {
      const random = seededRandom(7);
      const values = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1);
      const [W, b, x] = [values(INPUTS * OUTPUTS), values(OUTPUTS), values(INPUTS * TOKENS)];
      const rows = rowsOf(W, INPUTS);
      const norms = Float32Array.from(rows, (row) => Math.sqrt(dot(row, row)));
      const all: readonly Parameter[] = method.parameters(LAYER, INPUTS, OUTPUTS, norms);
      await using parameters = new Parameters(backend, all);
      for (const { name: tensor, ne } of all) parameters.set(tensor, values(ne[0] * ne[1]));
      parameters.upload();

      await using g = new Graph(backend, 64);
      const inputs = {
        weight: g.input('f32', INPUTS, OUTPUTS),
        rowNorms: g.input('f32', OUTPUTS),
        bias: g.input('f32', OUTPUTS),
        x: g.input('f32', INPUTS, TOKENS),
      };
      const product = g.mulMat(inputs.weight, inputs.x);
      const frozen = { ...inputs, product, y: g.add(product, inputs.bias) };
      const { y } = method.module(LAYER).forward(passOf(g, parameters), inputs.x, frozen);
      g.finish([y]);
      inputs.weight.upload(W);
      inputs.rowNorms.upload(norms);
      inputs.bias.upload(b);
      inputs.x.upload(x);
      await g.compute();

      const matrix = (part: string) => {
        const parameter = all.find((one) => one.name === `${LAYER}.${part}`);
        assert.ok(parameter, part);
        return rowsOf(parameters.get(parameter.name), parameter.ne[0]);
      };
      const expected = rowsOf(x, INPUTS).flatMap((token) =>
        equation({ W: rows, b: Array.from(b), x: token, matrix, vector: (part) => matrix(part).flat() }),
      );
      const largest = Math.max(...expected.map(Math.abs));
      const off = Math.max(...expected.map((value, i) => Math.abs(value - (y.download()[i] as number)))) / largest;
      assert.ok(off < 1e-5, `off by ${off} of the largest value`);
    });
});

function rowsOf(values: Float32Array, columns: number): Matrix {
  return Array.from({ length: values.length / columns }, (_, row) =>
    Array.from(values.subarray(row * columns, (row + 1) * columns)),
  );
}

/** As much of a pass as a module that looks at one token asks for. */
function passOf(graph: Graph, parameters: Parameters): Pass {
  const parameter = (name: string) => {
    const tensor = parameters.tensors.get(name);
    assert.ok(tensor, name);
    return tensor;
  };
  const dropped: Pass['dropped'] = (_layer, x) => ({ y: x, backward: (dy) => dy });
  return { graph, parameter, dropped, watch: () => undefined } as unknown as Pass;
}
