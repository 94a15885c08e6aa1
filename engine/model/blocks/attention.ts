import type { RopeMode } from '../../ggml/graph.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import { linear, linearNeeds, type Block, type Pass, type WeightNeed } from '../block.ts';
import type { Hyperparameters } from '../hyperparameters.ts';
import { rmsNormRows } from './norm.ts';

export interface AttentionOptions {
  /** null: the model has learned positions instead */
  readonly rope: RopeMode | null;
  /** qwen3, gemma3: RMS norm of each head of q and k before the rotation */
  readonly headNorms?: boolean;
}

/**
 * Grouped-query attention (Ainslie et al. 2023) of B texts at once; heads of one group share a key and value head.
 *   S = Kᵀ Q,  P = softmax(S/√D + mask),  O = Wo (V P)
 */
export function attention(options: AttentionOptions): Block {
  return {
    weights: (hyper) => needs(hyper, options),
    forward(pass, layer, x) {
      const { graph: g, hyper, tokens: T, texts: B } = pass;
      const { heads: H, kvHeads: K, headWidth: D } = hyper;
      const head = (name: string, heads: number) => g.reshape(linear(pass, layer, name, x), D, heads, T, B);
      const q = rotated(pass, layer, 'attn_q_norm', head('attn_q', H), options);
      const k = rotated(pass, layer, 'attn_k_norm', head('attn_k', K), options);
      const v = head('attn_v', K);
      const scores = g.mulMat(g.cont(g.permute(k, [0, 2, 1, 3])), g.cont(g.permute(q, [0, 2, 1, 3]))); // (T, T, H, B)
      const shares = g.softMax(scores, pass.mask(layer), hyper.attentionScale);
      const mixed = g.mulMat(g.cont(g.permute(v, [1, 2, 0, 3])), shares); // (D, T, H, B)
      return linear(pass, layer, 'attn_output', g.reshape(g.cont(g.permute(mixed, [0, 2, 1, 3])), D * H, T * B));
    },
  };
}

/** x: (D, heads, T, B) */
function rotated(pass: Pass, layer: number, norm: string, x: Tensor, { rope, headNorms }: AttentionOptions): Tensor {
  const { hyper } = pass;
  const y = headNorms ? rmsNormRows(pass, layer, norm, x) : x;
  if (rope === null) return y;
  const windowed = hyper.window !== null && (layer + 1) % hyper.window.period !== 0;
  return pass.graph.rope(y, pass.positions, {
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
  const rows = { attn_q: [0, D * H], attn_k: [D * H, D * K], attn_v: [D * H + D * K, D * K] } as const;
  const projections = Object.entries(rows).flatMap(([name, [row, count]]) =>
    linearNeeds(name, C, count).map((need) => ({
      ...need,
      fused: { name: need.name.replace(name, 'attn_qkv'), row, rows: D * H + 2 * D * K },
    })),
  );
  const norms: readonly WeightNeed[] = headNorms
    ? ['attn_q_norm', 'attn_k_norm'].map((name) => ({ name: `${name}.weight`, ne: [D], use: 'vector' }))
    : [];
  return [...projections, ...norms, ...linearNeeds('attn_output', D * H, C)];
}
