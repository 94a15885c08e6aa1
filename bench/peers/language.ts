/** What torch_language.py is asked and answers, over line-process.ts. */
import path from 'node:path';
import { z } from 'zod';
import type { ModuleSettings } from '../../engine/adapter/methods.ts';
import type { TrainingOptions } from '../../engine/train/options.ts';
import { LineProcess } from './line-process.ts';

export interface LanguageLoad {
  /** path of the GGUF, of a causal model */
  readonly model: string;
  /** blocks that are run */
  readonly depth: number;
  /** of a text that are read, its first ones */
  readonly tokens: number;
  readonly threads: number;
  readonly dtype: 'f32' | 'bf16';
  /** of both trainings */
  readonly modules: ModuleSettings;
}

const Adapted = z.object({ seconds: z.number().positive(), tokens: z.int() });

/** A model that adapts to unlabelled messages under a name, and learns decisions from there; null is the model as it is. */
export class LanguageLearner implements Disposable {
  /** in its own words: versions, weight type, threads */
  readonly settings: string;
  readonly #process: LineProcess;

  private constructor(process: LineProcess, settings: string) {
    this.#process = process;
    this.settings = settings;
  }

  /** Throws ContestantError. */
  static async start(python: string, load: LanguageLoad): Promise<LanguageLearner> {
    const started = new LineProcess([python, path.join(import.meta.dirname, 'torch_language.py')]);
    try {
      const { settings } = await started.ask({ op: 'load', ...load }, z.object({ settings: z.string() }));
      return new LanguageLearner(started, settings);
    } catch (error) {
      started[Symbol.dispose]();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Seconds of the steps alone, and the tokens that they read.
   * @param whole the next token is predicted behind the last block of the model, not behind `depth` of them
   */
  async adapt(
    name: string,
    whole: boolean,
    texts: readonly string[],
    options: TrainingOptions,
  ): Promise<z.infer<typeof Adapted>> {
    return await this.#process.ask({ op: 'adapt', name, whole, texts, options }, Adapted);
  }

  /** Nats for each next token of `texts`. */
  async loss(name: string | null, whole: boolean, texts: readonly string[]): Promise<number> {
    return (await this.#process.ask({ op: 'loss', name, whole, texts }, z.object({ loss: z.number() }))).loss;
  }

  /** The probability of label 1 for each of `held`. */
  async classify(
    name: string | null,
    decided: readonly { readonly text: string; readonly label: number }[],
    held: readonly string[],
    options: TrainingOptions,
  ): Promise<readonly number[]> {
    const shape = z.object({ probabilities: z.array(z.number()) });
    return (await this.#process.ask({ op: 'classify', name, decided, held, options }, shape)).probabilities;
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
