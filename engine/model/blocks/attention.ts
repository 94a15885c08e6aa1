import type { RopeMode, RopeOptions } from '../../ggml/operations.ts';
import type { Tensor } from '../../ggml/tensor.ts';
import { linear, linearNeeds, type Block, type Computed, type Pass, type WeightNeed } from '../block.ts';
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
      const { heads: H, kvHeads: K } = pass.hyper;
      const q = projected(pass, layer, 'attn_q', H, x, options); // (D, H, T, B)
      const k = projected(pass, layer, 'attn_k', K, x, options); // (D, K, T, B)
      const v = projected(pass, layer, 'attn_v', K, x, NOT_TURNED);
      const mix = pass.trains || pass.places.tokens <= SHORT ? mixedByProducts : mixedInOnePass;
      const mixed = mix(pass, layer, q.y, k.y, v.y); // (D, H, T, B)
      const packed = toRows(pass, mixed.y); // (D·H, N)
      const output = linear(pass, layer, 'attn_output', packed.y);
      return {
        y: output.y,
        backward(dy) {
          const { dq, dk, dv } = mixed.backward(packed.backward(output.backward(dy)));
          return pass.graph.add(pass.graph.add(q.backward(dq), k.backward(dk)), v.backward(dv));
        },
      };
    },
  };
}

interface Mixed {
  /** (D, H, T, B) */
  readonly y: Tensor;
  backward(dy: Tensor): { readonly dq: Tensor; readonly dk: Tensor; readonly dv: Tensor };
}

/** Up to this many tokens three plain products beat the one pass on a CPU; above it they take memory by the square. */
const SHORT = 64;
const NOT_TURNED: AttentionOptions = { rope: null };

/** S = Kᵀ Q,  P = softmax(S/√D + mask),  O = V P.  q: (D, H, T, B)  k, v: (D, K, T, B) */
function mixedByProducts(pass: Pass, layer: number, q: Tensor, k: Tensor, v: Tensor): Mixed {
  const { graph: g, hyper } = pass;
  const [, H, T, B] = q.ne;
  const K = k.ne[1];
  /** (D, heads, T, B) as (D, T, heads, B), and back: a view */
  const byHead = (a: Tensor) => g.permute(a, [0, 2, 1, 3]);
  const swapped = (a: Tensor) => g.cont(byHead(a));
  const Q = swapped(q);
  const P = g.softMax(g.mulMat(swapped(k), Q), pass.mask(layer), hyper.attentionScale); // (T keys, T queries, H, B)
  const O = g.outProd(byHead(v), g.turned(P)); // (D, T, H, B)
  return {
    y: swapped(O),
    backward(dy) {
      const dO = swapped(dy); // (D, T, H, B)
      const dP = g.mulMat(swapped(v), dO); // (T keys, T queries, H, B)
      const dS = g.softMaxBack(dP, P, hyper.attentionScale);
      // Heads of one group are neighbours, so that their queries are one long contraction: no sum over the group.
      const folded = (a: Tensor) => g.reshape(a, a.ne[0], (T * H) / K, K, B);
      const dQ = g.outProd(byHead(k), g.turned(dS)); // (D, T, H, B)
      const dK = g.outProd(folded(Q), folded(dS)); // (D, T, K, B)
      const dV = g.outProd(folded(dO), folded(P)); // (D, T, K, B)
      return { dq: swapped(dQ), dk: swapped(dK), dv: swapped(dV) };
    },
  };
}

/** The same without ever storing P (FlashAttention); it has no backward. */
function mixedInOnePass(pass: Pass, layer: number, q: Tensor, k: Tensor, v: Tensor): Mixed {
  const { graph: g } = pass;
  const byHead = (x: Tensor) => g.permute(x, [0, 2, 1, 3]);
  return {
    y: g.flashAttention(byHead(q), byHead(k), byHead(v), pass.mask(layer), pass.hyper.attentionScale),
    backward: () => {
      throw new Error('Attention in one pass has no backward.');
    },
  };
}

/** A projection of all rows, as heads in their places.  x: (C, N)  gives (D, heads, T, B) */
function projected(
  pass: Pass,
  layer: number,
  name: string,
  heads: number,
  x: Tensor,
  { rope, headNorms }: AttentionOptions,
): Computed {
  const { graph: g, places } = pass;
  const y = linear(pass, layer, name, x);
  const placed = g.reshape(g.getRows(y.y, places.padded), pass.hyper.headWidth, heads, places.tokens, pass.texts);
  const normed = headNorms ? rmsNormRows(pass, layer, `${name}_norm`, placed) : unchanged(placed);
  const turned = rope === null ? unchanged(normed.y) : rotated(pass, layer, rope, normed.y);
  return {
    y: turned.y,
    backward: (dy) => y.backward(toRows(pass, normed.backward(turned.backward(dy))).y),
  };
}

const unchanged = (x: Tensor): Computed => ({ y: x, backward: (dy) => dy });

/** The rows of the texts out of their places.  x: (D, heads, T, B)  gives (D·heads, N) */
function toRows({ graph: g, places }: Pass, x: Tensor): Computed {
  const [D, heads, T, B] = x.ne;
  return {
    y: g.getRows(g.reshape(x, D * heads, T * B), places.packed),
    backward: (dy) => g.reshape(g.getRows(dy, places.padded), D, heads, T, B),
  };
}

/** x: (D, heads, T, B) */
function rotated(pass: Pass, layer: number, mode: RopeMode, x: Tensor): Computed {
  const { graph: g, hyper, places } = pass;
  const windowed = isWindowed(hyper, layer);
  const options: RopeOptions = {
    dims: hyper.rope.dims,
    mode,
    base: windowed ? (hyper.window?.ropeBase ?? hyper.rope.base) : hyper.rope.base,
    scale: windowed ? 1 : hyper.rope.scale,
    factors: pass.weight(-1, 'rope_freqs.weight') ?? undefined,
  };
  return {
    y: g.rope(x, places.positions, options),
    backward: (dy) => g.ropeBack(dy, places.positions, options),
  };
}

function needs(
  { width: C, heads: H, kvHeads: K, headWidth: D }: Hyperparameters,
  { headNorms }: AttentionOptions,
): readonly WeightNeed[] {
  const norms: readonly WeightNeed[] = headNorms
    ? ['attn_q_norm', 'attn_k_norm'].map((name) => ({ name: `${name}.weight`, ne: [D], use: 'vector' }))
    : [];
  const joined = (first: number) => ({ name: 'attn_qkv', first: D * first, rows: D * (H + 2 * K) });
  return [
    ...linearNeeds('attn_q', C, D * H, joined(0)),
    ...linearNeeds('attn_k', C, D * K, joined(H)),
    ...linearNeeds('attn_v', C, D * K, joined(H + K)),
    ...norms,
    ...linearNeeds('attn_output', D * H, C),
  ];
}
