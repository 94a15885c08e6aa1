import { f32, str, type GgufValue } from '../ggml/gguf/values.ts';
import { encodeGguf } from '../ggml/gguf/write.ts';
import type { Adapter } from './adapter.ts';
import { AdapterError } from './errors.ts';
import { matrixTensor } from './linear.ts';

/**
 * The bytes of a LoRA adapter for llama.cpp and programs that are built on it: A and B of every layer, without head,
 * calibration and exit depth, which mean nothing there.
 * Throws AdapterError for every other method: without its gate an update would be another one.
 */
export function encodePlainLora({ modules, method, name, base }: Adapter): Uint8Array<ArrayBuffer> {
  if (modules?.settings.method !== 'lora')
    throw new AdapterError(
      name,
      "key 'adapter.type'",
      `is ${method}: llama.cpp knows plain LoRA alone, and what the rest of this method does would be lost`,
      'Train with --method lora to use an adapter elsewhere',
    );
  const metadata: [string, GgufValue][] = [
    ['general.type', str('adapter')],
    ['general.architecture', str(base.architecture)],
    ['general.name', str(name)],
    ['adapter.type', str('lora')],
    ['adapter.lora.alpha', f32(modules.settings.alpha)],
  ];
  const tensors = [...modules.tensors].map(([tensor, { ne, values }]) => matrixTensor(tensor, ne, values));
  return encodeGguf({ metadata, tensors });
}
