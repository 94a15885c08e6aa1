import type { RopeMode } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import { joinedNeeds, linear, linearNeeds, type Block, type Pass, type WeightNeed } from '../block.ts';
import { isWindowed, type Hyperparameters } from '../hyperparameters.ts';
import { rmsNormRows } from './norm.ts';

export interface AttentionOptions {
  /** null: the model has learned positions instead */
  readonly rope: RopeMode | null;
  /** qwen3, gemma3: RMS norm of each head of q and k before the rotation */
  readonly headNorms?: boolean;
}

/**
 * Grouped-query attention (Ainslie et al. 2023) of B texts at once; heads of one group share a key and value head.
 *   O = Wo · softmax(Kᵀ Q / √D + mask) V
 */
export function attention(options: AttentionOptions): Block {
  return {
    weights: (hyper) => needs(hyper, options),
    forward(pass, layer, x) {
      const { graph: g, hyper, places, texts: B } = pass;
      const { heads: H, kvHeads: K, headWidth: D } = hyper;
      const T = places.tokens;
      const qkv = g.getRows(linear(pass, layer, 'attn_qkv', x), places.padded); // (D·(H + 2K), T·B)
      const q = rotated(pass, layer, 'attn_q_norm', g.heads(qkv, 0, [D, H, T, B]), options);
      const k = rotated(pass, layer, 'attn_k_norm', g.heads(qkv, D * H, [D, K, T, B]), options);
      const v = g.heads(qkv, D * (H + K), [D, K, T, B]);
      const mixed = T <= SHORT ? mixedByProducts(pass, layer, q, k, v) : mixedInOnePass(pass, layer, q, k, v);
      const packed = g.getRows(g.reshape(mixed, D * H, T * B), places.packed); // (D·H, N)
      return linear(pass, layer, 'attn_output', packed);
    },
  };
}

/** Up to this many tokens three plain products beat the one pass on a CPU; above it they take memory by the square. */
const SHORT = 64;
/** llamafile's F32 products fall back to a slow loop unless they contract a multiple of the widest vector. */
const STEP = 16;

/** Places that each text of a batch has in the attention when the longest has this many tokens. */
export const attentionTokens = (longest: number): number =>
  longest <= SHORT ? Math.ceil(longest / STEP) * STEP : longest;

/** S = Kᵀ Q,  P = softmax(S/√D + mask),  O = V P.  q: (D, H, T, B)  k, v: (D, K, T, B)  returns (D, H, T, B) */
function mixedByProducts(pass: Pass, layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
  const { graph: g } = pass;
  const S = g.mulMat(g.cont(g.permute(k, [0, 2, 1, 3])), g.cont(g.permute(q, [0, 2, 1, 3]))); // (T, T, H, B)
  const P = g.softMax(S, pass.mask(layer), pass.hyper.attentionScale);
  const O = g.mulMat(g.cont(g.permute(v, [1, 2, 0, 3])), P); // (D, T, H, B)
  return g.cont(g.permute(O, [0, 2, 1, 3]));
}

/** The same without ever storing P (FlashAttention). */
function mixedInOnePass(pass: Pass, layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
  const { graph: g } = pass;
  const byHead = (x: Tensor) => g.permute(x, [0, 2, 1, 3]);
  return g.flashAttention(byHead(q), byHead(k), byHead(v), pass.mask(layer), pass.hyper.attentionScale);
}

/** x: (D, heads, T, B) */
function rotated(pass: Pass, layer: number, norm: string, x: Tensor, { rope, headNorms }: AttentionOptions): Tensor {
  const { hyper } = pass;
  const y = headNorms ? rmsNormRows(pass, layer, norm, x) : x;
  if (rope === null) return y;
  const windowed = isWindowed(hyper, layer);
  return pass.graph.rope(y, pass.places.positions, {
    dims: hyper.rope.dims,
    mode: rope,
    base: windowed ? (hyper.window?.ropeBase ?? hyper.rope.base) : hyper.rope.base,
    scale: windowed ? 1 : hyper.rope.scale,
    factors: pass.weight(-1, 'rope_freqs.weight') ?? undefined,
  });
}

function needs(
  { width: C, heads: H, kvHeads: K, headWidth: D }: Hyperparameters,
  { headNorms }: AttentionOptions,
): readonly WeightNeed[] {
  const norms: readonly WeightNeed[] = headNorms
    ? ['attn_q_norm', 'attn_k_norm'].map((name) => ({ name: `${name}.weight`, ne: [D], use: 'vector' }))
    : [];
  // One product instead of three: the activations are quantised once.
  const qkv = joinedNeeds('attn_qkv', C, { attn_q: D * H, attn_k: D * K, attn_v: D * K });
  return [...qkv, ...norms, ...linearNeeds('attn_output', D * H, C)];
}
