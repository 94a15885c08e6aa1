/** A base model with weights that were trained, as a model file of its own. */
import type { GgufFile } from '../ggml/gguf/read.ts';
import type { GgmlType } from '../ggml/gguf/types.ts';
import { writeGguf, type TensorContent } from '../ggml/gguf/write.ts';
import type { Native } from '../ggml/native.ts';
import { quantise } from '../ggml/quantise.ts';

/** What a weight lies in that is kept small: everything with more than one row. */
const MATRIX: GgmlType = 'f16';

/** Throws RangeError where the file has not each of these weights as a tensor of its own. */
export function assertWritable({ name: file, tensors }: GgufFile, names: Iterable<string>): void {
  for (const name of names)
    if (!tensors.has(name))
      throw new RangeError(
        `${file} has ${name} among other weights, so that it cannot be written back. Choose another model, or train --method lora.`,
      );
}

/**
 * Writes `base` to `path` with the trained weights in the place of its own: matrices in F16, vectors in F32; the others as
 * they are.
 * @param trained by name in the file, in ggml order
 * Throws GgufWriteError where the disk refuses, RangeError for a name that the file does not have.
 */
export function writeModel(
  path: string,
  base: GgufFile,
  native: Native,
  trained: ReadonlyMap<string, Float32Array>,
): void {
  assertWritable(base, trained.keys());
  writeGguf(path, {
    metadata: base.metadata.values,
    tensors: [...base.tensors.values()].map((tensor): TensorContent => {
      const { name, ne, type } = tensor;
      const values = trained.get(name);
      if (!values) return { name, type, ne, data: () => [base.readTensor(tensor)] };
      const as = (ne[1] ?? 1) > 1 ? MATRIX : 'f32';
      return { name, type: as, ne, data: () => [quantise(native, as, values, ne[0] ?? 1)] };
    }),
  });
}
