import type { Table } from '../spec.ts';
import { DS_LORA } from './ds-lora.ts';
import { EMBEDDINGS } from './embeddings.ts';
import { HATE_TINY_LLM } from './hate-tiny-llm.ts';
import { HEADLINE } from './headline.ts';
import { OTHERS } from './others.ts';

/** In the order in which they are measured. */
export const TABLES: readonly Table[] = [...HEADLINE, ...DS_LORA, ...HATE_TINY_LLM, ...EMBEDDINGS, ...OTHERS];
