/** What the programs of the train bench are asked and answer, over line-process.ts. */
import { z } from 'zod';
import { ModuleSettings } from '../../engine/adapter/methods.ts';
import { TrainingOptions } from '../../engine/train/options.ts';
import { LineProcess, type Command } from './line-process.ts';

const Rows = z.array(z.strictObject({ text: z.string(), label: z.int().min(0) }).readonly()).readonly();

export const TrainingLoad = z.looseObject({
  op: z.literal('load'),
  /** path of the GGUF */
  model: z.string(),
  /** blocks that are run; default: all */
  depth: z.int().optional(),
  threads: z.int().min(1),
  parts: z.strictObject({ train: Rows, dev: Rows, test: Rows }),
  labels: z.int(),
  modules: ModuleSettings,
  options: TrainingOptions,
});
export type TrainingLoad = z.infer<typeof TrainingLoad>;

/** What all programs are loaded with alike. */
export type TrainingSetting = Pick<TrainingLoad, 'model' | 'depth' | 'parts' | 'labels' | 'modules' | 'options'>;

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
  /** the states of the first texts of the training part, through the modules of the last training; our engine only */
  z.strictObject({ op: z.literal('score'), rows: z.int().min(1) }),
]);
export type TrainingRequest = z.infer<typeof TrainingRequest>;

const Loaded = z.object({
  settings: z.string(),
  /** of each text of the training part, special ones included; our engine counts for all */
  tokens: z.array(z.int()).default([]),
});
const Trained = z.object({
  /** of the steps alone */
  seconds: z.number().positive(),
  /** of the first step, and smoothed at the last one */
  losses: z.strictObject({ first: z.number(), last: z.number() }),
  /** after each epoch */
  devMacroF1: z.array(z.number()),
  /** of the epoch that was best on dev */
  testMacroF1: z.number().optional(),
});
export type Trained = z.infer<typeof Trained>;
const Scored = z.object({ seconds: z.number().positive() });
export type TrainingAnswer = z.input<typeof Loaded> | Trained | z.infer<typeof Scored>;

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

  /** Seconds for the states of the first `rows` texts as last trained. */
  async score(rows: number): Promise<z.infer<typeof Scored>> {
    return await this.#process.ask({ op: 'score', rows }, Scored);
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
