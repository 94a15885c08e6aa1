/** The rows of the HateTinyLLM paper (LoRA of rank 2; adapters with a head), and HateXplain's own three classes. */
import { ours, type Base, type DataChoice, type Row, type Table } from '../spec.ts';
import { FEW, MINILM, SMOLLM2 } from './bases.ts';

const THREE: DataChoice = { ...FEW, labels: 'original' };

const ngrams: Row = { name: 'character n-grams', run: { by: 'ngrams' } };
const both = (base: Base, title: string): readonly Row[] => [
  { name: `LoRA r = 2, ${title}`, run: ours(base, { method: 'lora', rank: 2, alpha: 4 }) },
  { name: `Houlsby and head, ${title}`, run: ours(base, { method: 'houlsby' }) },
];

export const HATE_TINY_LLM: readonly Table[] = [
  {
    name: 'tiny-llm',
    shape: 'rows',
    title: 'LoRA of rank 2 and adapters: HateXplain, two classes',
    data: FEW,
    rows: [...both(SMOLLM2, 'SmolLM2-135M at depth 8'), ...both(MINILM, 'all-MiniLM-L6-v2'), ngrams],
  },
  {
    name: 'three-classes',
    shape: 'rows',
    title: 'HateXplain, its own three classes (hate speech, offensive, normal)',
    data: THREE,
    rows: [
      { name: 'LoRA, SmolLM2-135M at depth 8', run: ours(SMOLLM2, { method: 'lora' }) },
      { name: 'DS-LoRA, SmolLM2-135M at depth 8', run: ours(SMOLLM2, { method: 'ds-lora' }) },
      { name: 'LoRA, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'lora' }) },
      { name: 'linear probe, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'probe' }) },
      ngrams,
    ],
  },
];
