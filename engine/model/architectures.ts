import type { Block } from './block.ts';
import { attention } from './blocks/attention.ts';
import { chain, parallel, residual } from './blocks/compose.ts';
import { bertEmbedding, tokenEmbedding, type Embedding } from './blocks/embedding.ts';
import { gatedMlp } from './blocks/gated-mlp.ts';
import { mlp } from './blocks/mlp.ts';
import { layerNorm, rmsNorm } from './blocks/norm.ts';
import type { ArchitectureName } from './hyperparameters.ts';

/** An architecture is a list of blocks; tensor names are llama.cpp's (src/models/*.cpp of the pinned release). */
export interface Architecture {
  readonly embedding: Embedding;
  /** what follows the embedding once, before the layers */
  readonly start: Block | null;
  /** one layer */
  readonly layer: Block;
  /** what follows the last layer, at any exit depth */
  readonly end: Block | null;
  /** a token sees only itself and those before it */
  readonly causal: boolean;
}

const llamaLike = (attend: Block): Architecture => ({
  embedding: tokenEmbedding(),
  start: null,
  layer: chain(residual(rmsNorm('attn_norm'), attend), residual(rmsNorm('ffn_norm'), gatedMlp('silu'))),
  end: rmsNorm('output_norm'),
  causal: true,
});

export const ARCHITECTURES: Readonly<Record<ArchitectureName, Architecture>> = {
  /** SmolLM2, TinyLlama, Llama 2 and 3 */
  llama: llamaLike(attention({ rope: 'pairs' })),
  /** biases on q, k and v, loaded where the file has them */
  qwen2: llamaLike(attention({ rope: 'halves' })),
  qwen3: llamaLike(attention({ rope: 'halves', headNorms: true })),
  gemma3: {
    embedding: tokenEmbedding({ scaled: true }),
    start: null,
    layer: chain(
      residual(rmsNorm('attn_norm'), attention({ rope: 'halves', headNorms: true }), rmsNorm('post_attention_norm')),
      residual(rmsNorm('ffn_norm'), gatedMlp('gelu'), rmsNorm('post_ffw_norm')),
    ),
    end: rmsNorm('output_norm'),
    causal: true,
  },
  phi2: {
    embedding: tokenEmbedding(),
    start: null,
    layer: residual(layerNorm('attn_norm'), parallel(attention({ rope: 'halves' }), mlp())),
    end: layerNorm('output_norm'),
    causal: true,
  },
  /** MiniLM, E5, BGE */
  bert: {
    embedding: bertEmbedding(),
    start: layerNorm('token_embd_norm'),
    layer: chain(
      residual(attention({ rope: null })),
      layerNorm('attn_output_norm'),
      residual(mlp()),
      layerNorm('layer_output_norm'),
    ),
    end: null,
    causal: false,
  },
};
