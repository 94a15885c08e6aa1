/** What a quality table is made of: a title, a choice of data, and rows that each say how something is trained. */
import type { MethodChoice } from '../../desk/retrain/method.ts';
import type { Layout } from '../../engine/model/layout.ts';
import type { Pooling } from '../../engine/model/blocks/pooling.ts';
import type { TEST_SETS, TRAINABLE_SETS } from '../../native-models/recipe/datasets.ts';

/** Toxic Spans has one label only. */
export type TrainSet = Exclude<(typeof TRAINABLE_SETS)[number], 'toxic_spans'>;
export type TestSet = TrainSet | (typeof TEST_SETS)[number];

/** Which rows: numbers are rows at most, null for all; --scale multiplies both. */
export interface DataChoice {
  readonly set: TrainSet;
  /** `two`: hateful or not; `original`: the set's own classes */
  readonly labels?: 'two' | 'original';
  readonly train: number | null;
  readonly dev: number | null;
  readonly test: number | null;
  /** training rows of label 0 for each of label 1, at most */
  readonly negatives?: number;
  /** test parts of other sets that are measured on as well */
  readonly others?: readonly TestSet[];
}

export interface Base {
  readonly model: 'smollm2' | 'minilm';
  /** blocks that are run; default: all */
  readonly depth?: number;
  /** what the weights are held in; default: what is fastest on this machine */
  readonly weights?: Layout['type'];
  /** default: mean */
  readonly pooling?: Pooling;
  /** stands before every text */
  readonly instruction?: string;
}

/** How one row is trained. */
export type Run =
  | {
      readonly by: 'moderato' | 'torch';
      readonly base: Base;
      readonly choice: MethodChoice;
      /** also keep what the gates made of the test part; no part of what is trained */
      readonly gates?: boolean;
    }
  /** character n-grams */
  | { readonly by: 'ngrams' }
  /** node-llama-cpp asked in words; only the test part is read, at most `test` rows of it */
  | { readonly by: 'zero-shot'; readonly base: Pick<Base, 'model'>; readonly test: number };

export interface Row {
  readonly name: string;
  readonly run: Run;
  /** where it is not the table's */
  readonly data?: DataChoice;
  /** the row that this one is held against, and by how much it may be below */
  readonly against?: { readonly row: string; readonly by: number };
}

interface Common {
  /** for --table */
  readonly name: string;
  readonly title: string;
  /** what a reader must know beside the figures */
  readonly notes?: readonly string[];
  readonly data: DataChoice;
  /** seeds 0, 1 … of every row; default 3 */
  readonly seeds?: number;
  readonly rows: readonly Row[];
}

/** How a table is printed: one line a row; a column for each test set; gates by class; texts that one row gets wrong. */
export type Table =
  | (Common & { readonly shape: 'rows'; readonly columns?: readonly Column[] })
  | (Common & { readonly shape: 'sets' })
  | (Common & { readonly shape: 'gates' })
  | (Common & { readonly shape: 'cases'; readonly count: number });

/** Columns of a table of rows beyond the usual ones. */
export type Column = 'auprc' | 'cost';

/** Ours, on the base and with the method given. */
export const ours = (base: Base, choice: MethodChoice, more: { readonly gates?: boolean } = {}): Run => ({
  by: 'moderato',
  base,
  choice,
  ...more,
});

export const pytorch = (base: Base, choice: MethodChoice): Run => ({ by: 'torch', base, choice });

/** Nothing is drawn at random, so that one run says it all. */
export const isDeterministic = (run: Run): boolean =>
  run.by === 'ngrams' || run.by === 'zero-shot' || run.choice.method === 'probe';
