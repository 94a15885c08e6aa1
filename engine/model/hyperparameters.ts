import { GgufError } from '../ggml/gguf/errors.ts';
import type { GgufFile } from '../ggml/gguf/read.ts';

/** OPT is missing on purpose: llama.cpp never merged it, so there is neither a GGUF nor a reference to check against. */
export const ARCHITECTURE_NAMES = ['llama', 'qwen2', 'qwen3', 'gemma3', 'phi2', 'bert'] as const;
export type ArchitectureName = (typeof ARCHITECTURE_NAMES)[number];

/** What a GGUF says of a model's shape, by llama.cpp's keys. */
export interface Hyperparameters {
  readonly architecture: ArchitectureName;
  /** layers in the file */
  readonly blocks: number;
  /** C: width of the residual stream */
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** D */
  readonly headWidth: number;
  readonly mlpWidth: number;
  /** longest text in tokens that the model was made for */
  readonly context: number;
  readonly vocabulary: number;
  readonly normEpsilon: number;
  /** Dimensions of a head that are turned, base frequency, factor on positions. */
  readonly rope: { readonly dims: number; readonly base: number; readonly scale: number };
  /** gemma3: every `period`-th layer sees all, the others only the last `size` tokens, with a rope base of their own. */
  readonly window: { readonly size: number; readonly period: number; readonly ropeBase: number } | null;
  readonly attentionScale: number;
}

/** Bounds far above any model that fits this program, so that sizes derived from them stay exact and small. */
const LIMITS = { blocks: 1024, width: 65_536, heads: 1024, mlpWidth: 1 << 20, context: 1 << 24 } as const;

/** Reads and checks the shape of a model. Throws GgufError that names the key. */
export function readHyperparameters(file: GgufFile): Hyperparameters {
  const { metadata } = file;
  const fail = (key: string, what: string, remedy = 'Use another model file'): never => {
    throw new GgufError(file.name, `key '${key}'`, what, remedy);
  };
  const name = metadata.requireString('general.architecture');
  const architecture =
    ARCHITECTURE_NAMES.find((known) => known === name) ??
    fail(
      'general.architecture',
      `is '${name}', which this program cannot run`,
      `Use a model of one of ${ARCHITECTURE_NAMES.join(', ')}`,
    );
  const key = (suffix: string) => `${architecture}.${suffix}`;
  const within = (suffix: string, value: number, limit: number): number =>
    value >= 1 && value <= limit ? value : fail(key(suffix), `is ${value}; 1 to ${limit} is expected`);
  /** Some files give one number a layer; all layers are alike in the architectures here. */
  const uint = (suffix: string, limit: number): number | undefined => {
    const stored = metadata.values.get(key(suffix));
    if (stored?.type !== 'arr') {
      const value = metadata.optionalUint(key(suffix));
      return value === undefined ? undefined : within(suffix, value, limit);
    }
    const list = metadata.requireNumbers(key(suffix));
    const first = list[0] ?? 0;
    if (Array.from(list).some((value) => value !== first))
      fail(key(suffix), 'differs between layers, which this program cannot run');
    return within(suffix, first, limit);
  };
  const required = (suffix: string, limit: number): number =>
    uint(suffix, limit) ?? fail(key(suffix), 'is missing; a whole number is expected');

  const width = required('embedding_length', LIMITS.width);
  const heads = required('attention.head_count', LIMITS.heads);
  const kvHeads = uint('attention.head_count_kv', LIMITS.heads) ?? heads;
  if (heads % kvHeads !== 0)
    fail(key('attention.head_count_kv'), `is ${kvHeads}, which does not divide the ${heads} heads`);
  if (width % heads !== 0 && !metadata.has(key('attention.key_length')))
    fail(key('attention.head_count'), `is ${heads}, which does not divide the width ${width}`);
  const headWidth = uint('attention.key_length', LIMITS.width) ?? width / heads;
  const valueWidth = uint('attention.value_length', LIMITS.width) ?? headWidth;
  if (valueWidth !== headWidth)
    fail(key('attention.value_length'), `is ${valueWidth}; it must equal the key length ${headWidth}`);
  const usesRms = architecture !== 'bert' && architecture !== 'phi2';
  const normEpsilon = metadata.requireFloat(
    key(usesRms ? 'attention.layer_norm_rms_epsilon' : 'attention.layer_norm_epsilon'),
  );
  const dims = uint('rope.dimension_count', LIMITS.width) ?? headWidth;
  if (dims % 2 !== 0 || dims > headWidth)
    fail(key('rope.dimension_count'), `is ${dims}; an even number up to ${headWidth} is expected`);
  const scaling = metadata.optionalString(key('rope.scaling.type')) ?? 'none';
  if (!['none', 'linear'].includes(scaling))
    fail(key('rope.scaling.type'), `is '${scaling}', which this program cannot run`);
  const factor =
    metadata.optionalFloat(key('rope.scaling.factor')) ?? metadata.optionalFloat(key('rope.scale_linear')) ?? 0;
  const windowSize = architecture === 'gemma3' ? metadata.optionalUint(key('attention.sliding_window')) : undefined;
  const base = metadata.optionalFloat(key('rope.freq_base')) ?? 10_000;
  return {
    architecture,
    blocks: required('block_count', LIMITS.blocks),
    width,
    heads,
    kvHeads,
    headWidth,
    mlpWidth: required('feed_forward_length', LIMITS.mlpWidth),
    context: required('context_length', LIMITS.context),
    vocabulary: file.requireTensor('token_embd.weight').ne[1] ?? 1,
    normEpsilon,
    rope: { dims, base, scale: factor === 0 ? 1 : 1 / factor },
    window: windowSize
      ? {
          size: windowSize,
          period: uint('attention.sliding_window_pattern', LIMITS.blocks) ?? 6,
          ropeBase: metadata.optionalFloat(key('rope.freq_base_swa')) ?? 10_000,
        }
      : null,
    attentionScale: 1 / Math.sqrt(headWidth),
  };
}

/** Whether a layer sees only the last tokens (gemma3: all but every `period`-th). */
export const isWindowed = ({ window }: Hyperparameters, layer: number): boolean =>
  window !== null && (layer + 1) % window.period !== 0;
