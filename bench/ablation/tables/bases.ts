import type { Base, DataChoice } from '../spec.ts';

export const SMOLLM2: Base = { model: 'smollm2', depth: 8 };
export const MINILM: Base = { model: 'minilm' };

/** What sweeps learn from: few rows, so that three seeds of many settings take an evening. */
export const FEW: DataChoice = { set: 'hatexplain', train: 1000, dev: 300, test: 1000 };

/** What is trained besides LoRA on q and v: all products of MiniLM's layers. */
export const ALL_LINEAR = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_up', 'ffn_down'];
