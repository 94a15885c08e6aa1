/**
 * Small models with random weights, one of each architecture and of each variant that changes the arithmetic. A parity
 * test against llama.cpp needs no trained weights. Same options, same bytes.
 * Scales keep the states apart: matrices have rows of length about 1, the residual stream gets updates of about its own
 * size, norm weights and biases are visibly not 1 and 0, so that forgetting any one of them fails a test.
 */
import { join } from 'node:path';
import { readGguf } from '../../engine/ggml/gguf/read.ts';
import { GgufStrings } from '../../engine/ggml/gguf/strings.ts';
import { bool, f32, str, u32, type GgufValue } from '../../engine/ggml/gguf/values.ts';
import type { GgmlType } from '../../engine/ggml/gguf/types.ts';
import { writeGguf, type TensorContent } from '../../engine/ggml/gguf/write.ts';

/** architecture, and what is special about it here */
export const VARIANTS = {
  llama: 'llama', // SmolLM2: tied output, grouped heads
  tinyllama: 'llama', // output matrix of its own, wide groups, rope base 10,000
  llama3: 'llama', // rope_freqs.weight
  qwen2: 'qwen2', // q, k, v with biases
  qwen3: 'qwen3', // norms per head, heads wider than the model
  gemma3: 'gemma3', // norms per head and behind each branch, windowed layers with a rope base of their own
  'gemma3-scaled': 'gemma3', // the same with linear rope scaling on the global layers (4B and larger)
  phi2: 'phi2', // attention beside the MLP, layer norms, partial rope, q, k and v in one matrix, output bias
  'phi2-split': 'phi2', // the same with q, k, v apart
  bert: 'bert', // both directions, token types, learned positions, norms behind each branch
} as const;
export type Variant = keyof typeof VARIANTS;

export interface RandomModelOptions {
  readonly variant: Variant;
  /** GGUF to take the tokenizer from, as `tokenizerFor` names it */
  readonly tokenizer: string;
  /** first entries of that vocabulary to keep */
  readonly vocabulary?: number;
  /** width of the model, a multiple of 32; K-quants need multiples of 256 */
  readonly width?: number;
  readonly blocks?: number;
  readonly seed?: number;
  /** type of all matrices; norms, biases, positions and token types stay f32 as in real files */
  readonly type?: GgmlType;
  /** values (row after row) to blocks of `type`; needed for types other than f32, f16 and bf16 */
  readonly quantise?: (type: GgmlType, values: Float32Array<ArrayBuffer>, rowLength: number) => Uint8Array;
}

/** The model in native-models/ whose tokenizer suits a variant. */
export function tokenizerFor(variant: Variant): string {
  const file = variant === 'bert' ? 'all-MiniLM-L6-v2.F16.gguf' : 'SmolLM2-135M-Instruct.Q4_1.gguf';
  return join(import.meta.dirname, '../../native-models', file);
}

const HEADS = 4;
/** gemma3's window in tokens; texts in tests should be longer. */
export const SLIDING_WINDOW = 8;

/** Writes the model to `path`. Load it in llama.cpp after setting a pooling type with `truncateGguf`. */
export function writeRandomModel(path: string, options: RandomModelOptions): void {
  const { variant, width = 64, blocks = 10, seed = 1, type = 'f32', quantise = plain } = options;
  const vocabulary = tokenizerOf(options.tokenizer, options.vocabulary ?? 4096);
  const plan = planOf(variant, width, blocks, vocabulary.size);
  const tensors = plan.tensors.map(({ name, ne, mean, deviation, matrix }): TensorContent => {
    const stored = matrix ? type : 'f32';
    return {
      name,
      ne,
      type: stored,
      data: () => {
        const values = gaussian(
          `${seed} ${name}`,
          ne.reduce((a, b) => a * b),
          mean,
          deviation,
        );
        return [stored === 'f32' ? new Uint8Array(values.buffer) : quantise(stored, values, ne[0] ?? 1)];
      },
    };
  });
  writeGguf(path, { metadata: [...plan.metadata, ...vocabulary.metadata], tensors });
}

interface TensorPlan {
  readonly name: string;
  readonly ne: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly matrix: boolean;
}

/** What a variant consists of. */
interface Plan {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly TensorPlan[];
}

/** Names, sizes and scales as llama.cpp's loader of that architecture wants them (src/models/*.cpp there). */
function planOf(variant: Variant, width: number, blocks: number, vocabulary: number): Plan {
  const architecture = VARIANTS[variant];
  const headSize = architecture === 'qwen3' || architecture === 'gemma3' ? width / 2 : width / HEADS;
  const kvHeads = architecture === 'phi2' || architecture === 'bert' ? HEADS : variant === 'tinyllama' ? 1 : 2;
  const feedForward = 2 * width;

  const metadata = new Map<string, GgufValue>([
    ['general.architecture', str(architecture)],
    ['general.type', str('model')],
    ['general.name', str(`random ${variant}`)],
  ]);
  const set = (key: string, value: GgufValue): void => void metadata.set(`${architecture}.${key}`, value);
  set('block_count', u32(blocks));
  set('context_length', u32(512));
  set('embedding_length', u32(width));
  set('feed_forward_length', u32(feedForward));
  set('attention.head_count', u32(HEADS));
  set('attention.head_count_kv', u32(kvHeads));
  if (headSize * HEADS !== width) {
    set('attention.key_length', u32(headSize));
    set('attention.value_length', u32(headSize));
  }

  const tensors: TensorPlan[] = [];
  /** (inputs, outputs): a row of length about `gain` */
  const matrix = (name: string, inputs: number, outputs: number, gain = 1): void => {
    tensors.push({
      name: `${name}.weight`,
      ne: [inputs, outputs],
      mean: 0,
      deviation: gain / Math.sqrt(inputs),
      matrix: true,
    });
  };
  const vector = (name: string, n: number, mean: number, deviation: number): void => {
    tensors.push({ name, ne: [n], mean, deviation, matrix: false });
  };
  const scale = (name: string, n = width, mean = 1): void => vector(`${name}.weight`, n, mean, 0.2 * mean);
  // The same for all texts, biases draw the states together where every layer has them.
  const spread = architecture === 'qwen2' ? 0.3 : 0.1;
  const bias = (name: string, n: number): void => vector(`${name}.bias`, n, 0, spread);
  const linear = (name: string, inputs: number, outputs: number, gain = 1): void => {
    matrix(name, inputs, outputs, gain);
    bias(name, outputs);
  };
  const layerNorm = (name: string): void => {
    scale(name);
    bias(name, width);
  };

  const queries = HEADS * headSize;
  const keys = kvHeads * headSize;
  const attention = (block: string, layer: typeof matrix): void => {
    layer(`${block}.attn_q`, width, queries, 1.5);
    layer(`${block}.attn_k`, width, keys, 1.5);
    layer(`${block}.attn_v`, width, keys);
  };
  /** llama, qwen2, qwen3, gemma3: RMS norms before each branch, gated MLP */
  const gatedBlock = (block: string): void => {
    scale(`${block}.attn_norm`);
    attention(block, variant === 'qwen2' ? linear : matrix);
    matrix(`${block}.attn_output`, queries, width);
    if (architecture === 'qwen3' || architecture === 'gemma3') {
      scale(`${block}.attn_q_norm`, headSize);
      scale(`${block}.attn_k_norm`, headSize);
    }
    if (architecture === 'gemma3') scale(`${block}.post_attention_norm`, width, 0.5);
    scale(`${block}.ffn_norm`);
    matrix(`${block}.ffn_gate`, width, feedForward);
    matrix(`${block}.ffn_up`, width, feedForward);
    matrix(`${block}.ffn_down`, feedForward, width);
    if (architecture === 'gemma3') scale(`${block}.post_ffw_norm`, width, 0.5);
  };
  const phi2Block = (block: string): void => {
    layerNorm(`${block}.attn_norm`);
    if (variant === 'phi2') linear(`${block}.attn_qkv`, width, queries + 2 * keys, 1.5);
    else attention(block, linear);
    linear(`${block}.attn_output`, queries, width);
    linear(`${block}.ffn_up`, width, feedForward);
    linear(`${block}.ffn_down`, feedForward, width);
  };
  const bertBlock = (block: string): void => {
    attention(block, linear);
    // At full strength, attention to both sides makes all states of a text the same within a few layers.
    linear(`${block}.attn_output`, queries, width, 0.5);
    layerNorm(`${block}.attn_output_norm`);
    linear(`${block}.ffn_up`, width, feedForward);
    linear(`${block}.ffn_down`, feedForward, width);
    layerNorm(`${block}.layer_output_norm`);
  };

  // gemma3 multiplies what it looks up by √width; each embedding then has values of about 1 everywhere.
  const embedding = architecture === 'gemma3' ? 1 / Math.sqrt(width) : 1;
  tensors.push({ name: 'token_embd.weight', ne: [width, vocabulary], mean: 0, deviation: embedding, matrix: true });
  if (architecture === 'bert') {
    set('attention.layer_norm_epsilon', f32(1e-12));
    set('attention.causal', bool(false));
    tensors.push({ name: 'position_embd.weight', ne: [width, 512], mean: 0, deviation: 0.2, matrix: false });
    tensors.push({ name: 'token_types.weight', ne: [width, 2], mean: 0, deviation: 0.2, matrix: false });
    layerNorm('token_embd_norm');
  } else if (architecture === 'phi2') {
    set('attention.layer_norm_epsilon', f32(1e-5));
    set('rope.dimension_count', u32(headSize / 2));
    layerNorm('output_norm');
    linear('output', width, vocabulary);
  } else {
    set('attention.layer_norm_rms_epsilon', f32(architecture === 'llama' ? 1e-5 : 1e-6));
    set('rope.dimension_count', u32(headSize));
    set(
      'rope.freq_base',
      f32({ llama: 1e5, tinyllama: 1e4, llama3: 5e5, qwen2: 1e6, qwen3: 1e6 }[variant as string] ?? 1e6),
    );
    scale('output_norm');
  }
  if (variant === 'tinyllama' || variant === 'qwen2') matrix('output', width, vocabulary);
  if (variant === 'llama3') vector('rope_freqs.weight', headSize / 2, 4, 1);
  if (architecture === 'gemma3') set('attention.sliding_window', u32(SLIDING_WINDOW));
  if (variant === 'gemma3-scaled') {
    set('rope.scaling.type', str('linear'));
    set('rope.scaling.factor', f32(8));
  }
  const blockOf = architecture === 'bert' ? bertBlock : architecture === 'phi2' ? phi2Block : gatedBlock;
  for (let i = 0; i < blocks; i++) blockOf(`blk.${i}`);
  return { metadata, tensors };
}

/** The tokenizer of a model, cut to its first tokens; merges that would lead outside are left out. */
function tokenizerOf(path: string, size: number): { size: number; metadata: Map<string, GgufValue> } {
  using file = readGguf(path);
  const kept = file.metadata.requireStrings('tokenizer.ggml.tokens').toArray().slice(0, size);
  const known = new Set(kept);
  const metadata = new Map<string, GgufValue>();
  for (const [key, value] of file.metadata.values) {
    if (!key.startsWith('tokenizer.')) continue;
    if (key === 'tokenizer.ggml.tokens') metadata.set(key, { type: 'arr', of: 'str', value: GgufStrings.of(kept) });
    else if (key === 'tokenizer.ggml.merges' && value.type === 'arr' && value.of === 'str') {
      const inside = value.value.toArray().filter((merge) => {
        const [left = '', right = ''] = merge.split(' ');
        return known.has(left) && known.has(right) && known.has(left + right);
      });
      metadata.set(key, { type: 'arr', of: 'str', value: GgufStrings.of(inside) });
    } else if (value.type === 'arr' && value.of !== 'str') {
      metadata.set(key, { ...value, value: value.value.slice(0, kept.length) } as GgufValue);
    } else metadata.set(key, value);
  }
  return { size: kept.length, metadata };
}

/** f16 and bf16; blocks of other types are made by the caller's `quantise`. */
function plain(type: GgmlType, values: Float32Array<ArrayBuffer>): Uint8Array {
  if (type === 'f16') return new Uint8Array(Float16Array.from(values).buffer);
  if (type !== 'bf16') throw new RangeError(`give a quantise function to write ${type}`);
  const bits = new Uint32Array(values.buffer);
  // Round to nearest, ties to even, as ggml does.
  return new Uint8Array(Uint16Array.from(bits, (x) => (x + 0x7fff + ((x >>> 16) & 1)) >>> 16).buffer);
}

/** Normally distributed numbers that depend on the name alone, so that a tensor is the same in every model that has it. */
function gaussian(name: string, count: number, mean: number, deviation: number): Float32Array<ArrayBuffer> {
  let state = 2166136261;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  // mulberry32
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    // Box and Muller give two at a time.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = mean + radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = mean + radius * Math.sin(angle);
  }
  return values;
}
