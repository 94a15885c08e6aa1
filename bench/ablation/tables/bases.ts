import type { Base } from '../spec.ts';

export const SMOLLM2: Base = { model: 'smollm2', depth: 8 };
export const MINILM: Base = { model: 'minilm' };

/** What is trained besides LoRA on q and v: all products of MiniLM's layers. */
export const ALL_LINEAR = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up', 'ffn_down'];
