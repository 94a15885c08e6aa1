/** Linear layers as two tensors of an adapter file: NAME.weight (inputs, outputs) and NAME.bias (outputs), both F32. */
import type { GgufFile } from '../ggml/gguf/read.ts';
import type { TensorContent } from '../ggml/gguf/write.ts';
import type { Linear } from './adapter.ts';
import { AdapterError, DAMAGED, NEW } from './errors.ts';

/** @throws AdapterError where the shapes do not fit or a number is not finite */
export function linearTensors(name: string, { weight, bias }: Linear, outputs: number): TensorContent[] {
  const inputs = weight.length / outputs;
  if (!Number.isInteger(inputs) || inputs < 1 || bias.length !== outputs) {
    const what = `has ${weight.length} weights and ${bias.length} biases for ${outputs} outputs`;
    throw new AdapterError(NEW, `tensor '${name}'`, what, 'Give as many as the labels need');
  }
  const tensor = (part: string, ne: readonly number[], values: Float32Array): TensorContent => {
    assertFinite(values, `${name}.${part}`, NEW, 'Train again with a lower learning rate or stronger regularisation');
    return {
      name: `${name}.${part}`,
      ne,
      type: 'f32',
      data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
  };
  return [tensor('weight', [inputs, outputs], weight), tensor('bias', [outputs], bias)];
}

/**
 * @param taken gets the names of the tensors that were read
 * @throws GgufError where a tensor is missing, AdapterError where type, shape or numbers are wrong
 */
export function readLinear(file: GgufFile, name: string, outputs: number, taken: Set<string>): Linear {
  const read = (part: string, fits: (ne: readonly number[]) => boolean, expected: string): Float32Array => {
    const tensor = file.requireTensor(`${name}.${part}`);
    const refuse = (what: string): never => {
      throw new AdapterError(file.name, `tensor '${tensor.name}'`, `${what} is expected`, DAMAGED);
    };
    if (tensor.type !== 'f32') refuse(`has type ${tensor.type}, f32`);
    if (!fits(tensor.ne)) refuse(`has the sizes ${tensor.ne.join(' × ')}, ${expected}`);
    taken.add(tensor.name);
    const values = new Float32Array(tensor.byteLength / 4);
    file.readTensor(tensor, new Uint8Array(values.buffer));
    assertFinite(values, tensor.name, file.name, DAMAGED);
    return values;
  };
  return {
    weight: read('weight', (ne) => ne.length === 2 && ne[1] === outputs, `inputs × ${outputs}`),
    bias: read('bias', (ne) => ne.length === 1 && ne[0] === outputs, `${outputs}`),
  };
}

function assertFinite(values: Float32Array, tensor: string, source: string, remedy: string): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new AdapterError(source, `tensor '${tensor}'`, `value ${bad} is ${values[bad]}`, remedy);
}
