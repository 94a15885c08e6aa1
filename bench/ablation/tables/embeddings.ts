/** Embedding models: heads on frozen states beside fine-tuning, instruction and pooling; one set's head on the others. */
import { ours, type Base, type Row, type Table, type TrainSet } from '../spec.ts';
import { TITLES } from '../cut.ts';
import { ALL_LINEAR, FEW, MINILM } from './bases.ts';

const INSTRUCTION = 'Instruct: classify the following in no hate or hate.\nQuery: ';

/** One after the other, and each model is read once. */
const SETTINGS: readonly (readonly [string, Base])[] = [
  ['mean', MINILM],
  ['mean, instruction', { ...MINILM, instruction: INSTRUCTION }],
  ['CLS', { ...MINILM, pooling: 'cls' }],
  ['CLS, instruction', { ...MINILM, pooling: 'cls', instruction: INSTRUCTION }],
];
const ngrams: Row = { name: 'character n-grams', run: { by: 'ngrams' } };

const SETS = [
  'hatexplain',
  'davidson2017',
  'stormfront_hate',
  'hatemoji_build',
  'toxigen_human_subset',
] as const satisfies readonly TrainSet[];

const across = (title: string, run: Row['run']): readonly Row[] =>
  SETS.map((set) => ({
    name: `${TITLES[set]}, ${title}`,
    run,
    data: { set, train: 3000, dev: 1000, test: 1000, others: SETS.filter((other) => other !== set) },
  }));

export const EMBEDDINGS: readonly Table[] = [
  {
    name: 'embeddings',
    shape: 'rows',
    title: 'Heads and fine-tuning: HateXplain, two classes, all-MiniLM-L6-v2',
    notes: [
      `The instruction is ${JSON.stringify(INSTRUCTION)} before every text. Heads train on states that are computed once.`,
    ],
    data: FEW,
    rows: [
      ...SETTINGS.flatMap(([title, base]): readonly Row[] => [
        { name: `linear probe, ${title}`, run: ours(base, { method: 'probe' }) },
        { name: `MLP head of 128, ${title}`, run: ours(base, { method: 'mlp' }) },
        { name: `LoRA on all linear modules, ${title}`, run: ours(base, { method: 'lora', targets: ALL_LINEAR }) },
      ]),
      { name: 'all weights, mean', run: ours(MINILM, { method: 'full' }) },
      ngrams,
    ],
  },
  {
    name: 'across',
    shape: 'sets',
    title: 'Trained on one set, tested on all: macro-F1, all-MiniLM-L6-v2',
    notes: [
      'At most 3,000 training rows and 1,000 test rows of each set: official splits where there are, else cut by a hash of ' +
        'the text (test 20%, dev 15%). What label 1 means differs from set to set.',
    ],
    data: FEW,
    rows: [
      ...across('linear probe', ours(MINILM, { method: 'probe' })),
      ...across('character n-grams', { by: 'ngrams' }),
    ],
  },
];
