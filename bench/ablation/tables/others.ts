/** Another language, and a set where almost nothing is toxic. */
import { ours, type Row, type Table } from '../spec.ts';
import { MINILM, SMOLLM2 } from './bases.ts';

const ngrams: Row = { name: 'character n-grams', run: { by: 'ngrams' } };

export const OTHERS: readonly Table[] = [
  {
    name: 'german',
    shape: 'rows',
    title: 'German: GermEval 2018, offensive or not',
    notes: ['Both bases were made for English and see German as small pieces of words.'],
    data: { set: 'germeval2018', train: 1000, dev: 400, test: 1000 },
    rows: [
      { name: 'LoRA, SmolLM2-135M at depth 8', run: ours(SMOLLM2, { method: 'lora' }) },
      { name: 'DS-LoRA, SmolLM2-135M at depth 8', run: ours(SMOLLM2, { method: 'ds-lora' }) },
      { name: 'LoRA, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'lora' }) },
      { name: 'linear probe, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'probe' }) },
      ngrams,
    ],
  },
  {
    name: 'wikipedia',
    shape: 'rows',
    columns: ['auprc'],
    title: 'Few positives: comments on Wikipedia talk pages, toxic or not',
    notes: [
      'One comment in a hundred is toxic, so that macro-F1 hangs on few rows, and the AUPRC of a random order is about .01. ' +
        'Training keeps all toxic rows and 15 others for each.',
    ],
    data: { set: 'wikitalk_context_toxicity', train: null, dev: null, test: null, negatives: 15 },
    rows: [
      { name: 'LoRA, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'lora' }) },
      { name: 'DS-LoRA, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'ds-lora' }) },
      { name: 'linear probe, all-MiniLM-L6-v2', run: ours(MINILM, { method: 'probe' }) },
      ngrams,
    ],
  },
];
