/** Linear layers as two tensors of an adapter file: NAME.weight (inputs, outputs) and NAME.bias (outputs), both F32. */
import type { GgufFile } from '../ggml/gguf/read.ts';
import type { TensorContent } from '../ggml/gguf/write.ts';
import type { Linear, TrainedTensor } from './adapter.ts';
import { AdapterError, DAMAGED, NEW } from './errors.ts';

/** @throws AdapterError where the shapes do not fit or a number is not finite */
export function linearTensors(name: string, { weight, bias }: Linear, outputs: number): TensorContent[] {
  const inputs = weight.length / outputs;
  if (!Number.isInteger(inputs) || inputs < 1 || bias.length !== outputs) {
    const what = `has ${weight.length} weights and ${bias.length} biases for ${outputs} outputs`;
    throw new AdapterError(NEW, `tensor '${name}'`, what, 'Give as many as the labels need');
  }
  return [matrixTensor(`${name}.weight`, [inputs, outputs], weight), matrixTensor(`${name}.bias`, [outputs], bias)];
}

/**
 * @param taken gets the names of the tensors that were read
 * @throws GgufError where a tensor is missing, AdapterError where type, shape or numbers are wrong
 */
export function readLinear(file: GgufFile, name: string, outputs: number, taken: Set<string>): Linear {
  const read = (part: string, fits: (ne: readonly number[]) => boolean, expected: string): Float32Array => {
    const { ne, values } = readValues(file, `${name}.${part}`, taken);
    if (!fits(ne))
      throw new AdapterError(
        file.name,
        `tensor '${name}.${part}'`,
        `has the sizes ${ne.join(' × ')}, ${expected} is expected`,
        DAMAGED,
      );
    return values;
  };
  return {
    weight: read('weight', (ne) => ne.length === 2 && ne[1] === outputs, `inputs × ${outputs}`),
    bias: read('bias', (ne) => ne.length === 1 && ne[0] === outputs, `${outputs}`),
  };
}

/** A matrix of an adapter's modules. Throws like readLinear. */
export function readMatrix(file: GgufFile, name: string, taken: Set<string>): TrainedTensor {
  const { ne, values } = readValues(file, name, taken);
  const [columns = 1, rows = 1, ...rest] = ne;
  if (rest.some((n) => n !== 1))
    throw new AdapterError(file.name, `tensor '${name}'`, `has the sizes ${ne.join(' × ')}`, DAMAGED);
  return { ne: [columns, rows], values };
}

/** @throws AdapterError where a number is not finite */
export const matrixTensor = (name: string, ne: readonly number[], values: Float32Array): TensorContent => {
  assertFinite(values, name, NEW, 'Train again with a lower learning rate or stronger regularisation');
  return { name, ne, type: 'f32', data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
};

function readValues(file: GgufFile, name: string, taken: Set<string>): { ne: readonly number[]; values: Float32Array } {
  const tensor = file.requireTensor(name);
  if (tensor.type !== 'f32')
    throw new AdapterError(file.name, `tensor '${name}'`, `has type ${tensor.type}, f32 is expected`, DAMAGED);
  taken.add(name);
  const values = new Float32Array(tensor.byteLength / 4);
  file.readTensor(tensor, new Uint8Array(values.buffer));
  assertFinite(values, name, file.name, DAMAGED);
  return { ne: tensor.ne, values };
}

function assertFinite(values: Float32Array, tensor: string, source: string, remedy: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new AdapterError(source, `tensor '${tensor}'`, `value ${bad} is ${values[bad]}`, remedy);
}
