/** What the programs that train are asked and answer, over line-process.ts. */
import { z } from 'zod';
import { ModuleSettings } from '../../engine/adapter/methods.ts';
import { BANDS } from '../../engine/adapter/gate-rates.ts';
import { POOLINGS } from '../../engine/model/blocks/pooling.ts';
import { TrainingOptions } from '../../engine/train/options.ts';
import { LineProcess, type Command } from './line-process.ts';

const Rows = z.array(z.strictObject({ text: z.string(), label: z.int().min(0) }).readonly()).readonly();

export const TrainingLoad = z.looseObject({
  op: z.literal('load'),
  /** path of the GGUF */
  model: z.string(),
  /** blocks that are run; default: all */
  depth: z.int().optional(),
  /** default: mean */
  pooling: z.enum(POOLINGS).optional(),
  /** stands before every text */
  instruction: z.string().optional(),
  /** weight layout of our own engine by name; default: the fastest */
  layout: z.string().optional(),
  threads: z.int().min(1),
  parts: z.strictObject({ train: Rows, dev: Rows, test: Rows }),
  labels: z.int(),
  /** null: the head alone */
  modules: ModuleSettings.nullable(),
  options: TrainingOptions,
});
export type TrainingLoad = z.infer<typeof TrainingLoad>;

/** What all programs are loaded with alike. */
export type TrainingSetting = Pick<
  TrainingLoad,
  'model' | 'depth' | 'pooling' | 'instruction' | 'layout' | 'parts' | 'labels' | 'modules' | 'options'
>;

export const TrainingRequest = z.discriminatedUnion('op', [
  TrainingLoad,
  z.strictObject({
    op: z.literal('train'),
    /** on the first so many texts of the training part */
    rows: z.int().min(1),
    epochs: z.int().min(1),
    /** on dev after each epoch, and on test with the best one */
    evaluates: z.boolean(),
  }),
  /** the first texts of the training part, through the modules of the last training; `alone`: one after the other */
  z.strictObject({ op: z.literal('score'), rows: z.int().min(1), alone: z.boolean() }),
  /** what the gates of the last training make of the test part; our engine only */
  z.strictObject({ op: z.literal('gates') }),
]);
export type TrainingRequest = z.infer<typeof TrainingRequest>;

const Loaded = z.object({
  settings: z.string(),
  /** of each text of the training part, special ones included */
  tokens: z.array(z.int()).default([]),
});
const Trained = z.object({
  /** of the steps alone */
  seconds: z.number().positive(),
  /** of the first step, and smoothed at the last one */
  losses: z.strictObject({ first: z.number(), last: z.number() }),
  /** after each epoch */
  devMacroF1: z.array(z.number()),
  /** numbers that learned, and the share of zeros in A and B */
  parameters: z.int(),
  sparsity: z.number(),
  /** with the epoch that was best on dev */
  test: z
    .object({
      macroF1: z.number(),
      seconds: z.number().positive(),
      /** (labels, texts) */
      probabilities: z.array(z.number()),
    })
    .optional(),
});
export type Trained = z.infer<typeof Trained>;
const Scored = z.object({ seconds: z.number().positive() });
/** Mean gate of each text of the test part by third of the layers; without gates, none. */
const Gates = z.object({ gates: z.partialRecord(z.enum(BANDS), z.array(z.number())) });
export type Gates = z.infer<typeof Gates>['gates'];
export type TrainingAnswer = z.input<typeof Loaded> | Trained | z.infer<typeof Scored> | z.infer<typeof Gates>;

/** One program that trains, loaded with a model and labelled texts. */
export class Trainee implements Disposable {
  /** in the program's words: version, method, weight type, threads */
  readonly settings: string;
  readonly tokens: readonly number[];
  readonly #process: LineProcess;

  private constructor(process: LineProcess, { settings, tokens }: z.infer<typeof Loaded>) {
    this.#process = process;
    this.settings = settings;
    this.tokens = tokens;
  }

  /** Starts a program and loads it. Throws ContestantError. */
  static async start(command: Command, load: TrainingSetting & { readonly threads: number }): Promise<Trainee> {
    const started = new LineProcess(command);
    try {
      return new Trainee(started, await started.ask({ op: 'load', ...load }, Loaded));
    } catch (error) {
      started[Symbol.dispose]();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** From the same start each time. */
  async train(request: { rows: number; epochs: number; evaluates: boolean }): Promise<Trained> {
    return await this.#process.ask({ op: 'train', ...request }, Trained);
  }

  /** One epoch on the first `rows` texts, for the clock. */
  async run(rows: number): Promise<Trained> {
    return await this.train({ rows, epochs: 1, evaluates: false });
  }

  /** Seconds for the first `rows` texts as last trained: all at hand, or `alone`, as if each were waited for. */
  async score(rows: number, { alone = false } = {}): Promise<z.infer<typeof Scored>> {
    return await this.#process.ask({ op: 'score', rows, alone }, Scored);
  }

  async gates(): Promise<Gates> {
    return (await this.#process.ask({ op: 'gates' }, Gates)).gates;
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
