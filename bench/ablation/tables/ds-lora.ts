/** The comparisons of the DS-LoRA paper, on HateXplain: methods, gates, ranks, λ, and the gate's learning rate. */
import { ours, type Row, type Table } from '../spec.ts';
import { FEW, SMOLLM2 } from './bases.ts';

const ngrams: Row = { name: 'character n-grams', run: { by: 'ngrams' } };
/** As it comes; the same run stands in several tables and is made once. */
const lora: Row = { name: 'LoRA', run: ours(SMOLLM2, { method: 'lora' }) };
const dsLora: Row = { name: 'DS-LoRA', run: ours(SMOLLM2, { method: 'ds-lora' }, { gates: true }) };
const gateRates = [1, 10, 100].map((gateRate) => ({
  name: `rate × ${gateRate}`,
  run: ours(SMOLLM2, { method: 'ds-lora', gateRate }, { gates: true }),
}));

export const DS_LORA: readonly Table[] = [
  {
    name: 'methods',
    shape: 'rows',
    columns: ['cost'],
    title: 'Methods: HateXplain, two classes, SmolLM2-135M at depth 8',
    notes: [
      'Zero-shot answers come from all 30 layers, through node-llama-cpp with a grammar of the two labels. The base is a ' +
        'file of four bits: QLoRA trains on it as it is, one row on BF16 weights made from it, all others on the layout ' +
        'that is fastest here (see below).',
      'A prompt of other words did no better on dev: this model answers at about chance.',
    ],
    data: FEW,
    rows: [
      { name: 'zero-shot prompt', run: { by: 'zero-shot', base: { model: 'smollm2' }, test: 500 } },
      { name: 'linear probe', run: ours(SMOLLM2, { method: 'probe' }) },
      { name: 'top two layers, all weights', run: ours(SMOLLM2, { method: 'full', from: 6 }) },
      lora,
      { name: 'LoRA, BF16 weights', run: ours({ ...SMOLLM2, weights: 'bf16' }, { method: 'lora' }) },
      { name: 'QLoRA (four-bit weights)', run: ours({ ...SMOLLM2, weights: 'file' }, { method: 'lora' }) },
      { name: 'DoRA', run: ours(SMOLLM2, { method: 'dora' }) },
      { name: 'AdaLoRA', run: ours(SMOLLM2, { method: 'adalora' }) },
      { name: 'Houlsby', run: ours(SMOLLM2, { method: 'houlsby' }) },
      dsLora,
      ngrams,
    ],
  },
  {
    name: 'parts',
    shape: 'rows',
    title: 'Parts of DS-LoRA: HateXplain, two classes, SmolLM2-135M at depth 8',
    notes: ['DS-LoRA as it comes: an MLP of 16 that gates each token, λ = .001.'],
    data: FEW,
    rows: [
      { ...lora, name: 'LoRA: no gate, no L1' },
      { name: 'gate, λ = 0', run: ours(SMOLLM2, { method: 'ds-lora', lambda: 0 }) },
      { name: 'L1, no gate', run: ours(SMOLLM2, { method: 'lora', lambda: 0.001 }) },
      { ...dsLora, name: 'DS-LoRA: gate and L1' },
      { name: 'linear gate', run: ours(SMOLLM2, { method: 'ds-lora', gate: 'linear' }) },
      { name: 'gate MLP of 32', run: ours(SMOLLM2, { method: 'ds-lora', gate: 32 }) },
      { name: 'gate for each text', run: ours(SMOLLM2, { method: 'ds-lora', scope: 'instance' }) },
    ],
  },
  {
    name: 'ranks',
    shape: 'rows',
    title: 'Ranks of DS-LoRA, α = 2 r: HateXplain, two classes, SmolLM2-135M at depth 8',
    data: FEW,
    rows: [2, 8, 32].map((rank) => ({
      name: `r = ${rank}`,
      run: ours(SMOLLM2, { method: 'ds-lora', rank, alpha: 2 * rank }),
    })),
  },
  {
    name: 'lambda',
    shape: 'rows',
    title: 'λ of the L1 on A and B: HateXplain, two classes, SmolLM2-135M at depth 8',
    notes: ['Each step takes rate · λ off every number of A and B, and leaves at zero what would pass it.'],
    data: FEW,
    rows: [0, 0.001, 0.01, 0.1, 0.3].map((lambda) => ({
      name: `λ = ${lambda}`,
      run: ours(SMOLLM2, { method: 'ds-lora', lambda }),
    })),
  },
  {
    name: 'gate-rate',
    shape: 'rows',
    title: 'Learning rate of the gates, as a factor: HateXplain, two classes, SmolLM2-135M at depth 8',
    data: FEW,
    rows: gateRates,
  },
  {
    name: 'gate-rate-gates',
    shape: 'gates',
    title: 'What the gates do at each rate',
    data: FEW,
    rows: gateRates,
  },
];
