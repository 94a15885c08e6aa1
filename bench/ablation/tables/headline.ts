/** What everything else is read by: HateXplain beside PyTorch, on the same rows with the same options. */
import { ours, pytorch, type DataChoice, type Row, type Table } from '../spec.ts';
import { ALL_LINEAR, MINILM, SMOLLM2 } from './bases.ts';

const FIRST: DataChoice = { set: 'hatexplain', train: 3000, dev: null, test: null };
const ALL: DataChoice = { set: 'hatexplain', train: null, dev: null, test: null };

/** How far below PyTorch's our mean may be. */
const BAR = 0.01;

const lora: Row = {
  name: 'LoRA',
  run: ours(SMOLLM2, { method: 'lora' }),
  against: { row: 'LoRA, PyTorch', by: BAR },
};
const dsLora: Row = {
  name: 'DS-LoRA',
  run: ours(SMOLLM2, { method: 'ds-lora' }, { gates: true }),
  against: { row: 'DS-LoRA, PyTorch', by: BAR },
};
const theirLora: Row = { name: 'LoRA, PyTorch', run: pytorch(SMOLLM2, { method: 'lora' }) };
const theirDsLora: Row = { name: 'DS-LoRA, PyTorch', run: pytorch(SMOLLM2, { method: 'ds-lora' }) };
const ngrams: Row = { name: 'character n-grams', run: { by: 'ngrams' } };
/** All rows take so long that they are seen once; the schedule falls to zero in that one epoch. */
const onAll = { epochs: 1 } as const;
const allLinear = { method: 'lora', targets: ALL_LINEAR, ...onAll } as const;
const allWeights = { method: 'full', ...onAll } as const;

export const HEADLINE: readonly Table[] = [
  {
    name: 'headline',
    shape: 'rows',
    columns: ['cost'],
    title: 'HateXplain, two classes, 3,000 training rows: SmolLM2-135M at depth 8',
    notes: ['Five seeds a row: one row’s seeds differ by more than what this table is to show.'],
    data: FIRST,
    seeds: 5,
    rows: [lora, theirLora, dsLora, theirDsLora, ngrams],
  },
  {
    name: 'gates',
    shape: 'gates',
    title: 'What the gates of DS-LoRA do, by third of the layers and by class',
    notes: ['Mean ± standard deviation over the test texts of each text’s mean gate; the mean of both over seeds.'],
    data: FIRST,
    rows: [dsLora],
  },
  {
    name: 'cases',
    shape: 'cases',
    count: 6,
    title: 'Six cases where LoRA fails and DS-LoRA does not',
    data: FIRST,
    rows: [lora, dsLora],
  },
  {
    name: 'all-rows',
    shape: 'rows',
    title: 'HateXplain, two classes, all training rows, one epoch: all-MiniLM-L6-v2',
    data: ALL,
    rows: [
      {
        name: 'LoRA on all linear modules',
        run: ours(MINILM, allLinear),
        against: { row: 'LoRA on all linear modules, PyTorch', by: BAR },
      },
      { name: 'LoRA on all linear modules, PyTorch', run: pytorch(MINILM, allLinear) },
      {
        name: 'all weights',
        run: ours(MINILM, allWeights),
        against: { row: 'all weights, PyTorch', by: BAR },
      },
      { name: 'all weights, PyTorch', run: pytorch(MINILM, allWeights) },
      { name: 'linear probe', run: ours(MINILM, { method: 'probe' }) },
      ngrams,
    ],
  },
];
