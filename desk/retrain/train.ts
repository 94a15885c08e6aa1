/** Training an adapter from labelled tables: read, check, train in the engine, write the adapter and its report. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { CallInput, Progress } from '../../engine/contract.ts';
import { fileSha256 } from '../../engine/model/file-hash.ts';
import { replaceFile } from '../../engine/ggml/gguf/replace.ts';
import { LanguageDetector } from '../importers/language.ts';
import { chooseBase } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Supervisor } from '../supervisor.ts';
import { readLabelled, type LabelledTable } from '../tables/labelled.ts';
import type { TableColumns } from '../tables/open.ts';
import { labelsOf, rareLabels } from './labels.ts';
import { learnedLanguages } from './languages.ts';
import { wholeMethod, type MethodChoice } from './method.ts';
import { assertWritable, KeptCheckpoint, ModelInTheMaking, outputsOf } from './outputs.ts';

export interface TrainInput {
  readonly train: string;
  readonly dev: string;
  readonly columns: TableColumns;
  /** where the adapter goes; its report stands beside it */
  readonly out: string;
  /** path or catalog id of the base model */
  readonly model?: string | undefined;
  readonly depth?: number | undefined;
  readonly pooling?: 'mean' | 'last' | 'cls' | undefined;
  /** put before every text, e.g. "Instruct: …\nQuery: " */
  readonly instruction?: string | undefined;
  readonly name?: string | undefined;
  /** the label that means "nothing to review"; null: there is none; undefined: guessed from its name */
  readonly neutral?: string | null | undefined;
  /** BCP 47; default: those that the training texts are in */
  readonly languages?: readonly string[] | undefined;
  readonly choice: MethodChoice;
  /** a row may have any number of labels, with | between them */
  readonly multiLabel?: boolean | undefined;
  readonly backend?: CallInput<'open'>['backend'] | undefined;
  /** goes on from the checkpoint of an earlier run that was cut off */
  readonly resume?: boolean | undefined;
}

export interface TrainHooks {
  readonly signal?: AbortSignal;
  /** ends the training early, with the best so far */
  readonly finish?: AbortSignal;
  readonly onStage?: (stage: 'reading' | 'opening' | 'training') => void;
  readonly onProgress?: (progress: Progress) => void;
  /** Sentences for people, about what may not be as they think. Never hold message text. */
  readonly onNote?: (note: string) => void;
}

export interface Trained {
  /** as it stands in the file beside the adapter */
  readonly report: Readonly<Record<string, unknown>>;
  readonly adapterFile: string;
  /** the model that `full` made; the adapter means nothing without it */
  readonly modelFile: string | null;
  readonly reportFile: string;
  readonly tables: readonly LabelledTable[];
}

/**
 * @throws MethodError for options that do not fit; ImportError, TableError, TrainingDataError for the data; ModelFileError
 *   where an output cannot be written; EngineCallError, EngineFailed for the training. Nothing is written before all is done,
 *   but for a checkpoint after each epoch, which stays when the training or the writing fails.
 */
export async function trainAdapter(
  supervisor: Supervisor,
  places: Places,
  input: TrainInput,
  hooks: TrainHooks = {},
): Promise<Trained> {
  const { signal } = hooks;
  const { out, columns } = input;
  const options = { multiLabel: input.multiLabel === true, signal };
  const method = wholeMethod(input.choice, options.multiLabel);
  const outputs = outputsOf(out, method);
  const base = await chooseBase(places, input.model);
  assertWritable(outputs, base, [input.train, input.dev]);
  hooks.onStage?.('reading');
  const train = await readLabelled(input.train, columns, options);
  const dev = await readLabelled(input.dev, columns, options);
  const { labels, neutral, none } = labelsOf(train, dev, input.neutral, options.multiLabel);
  for (const note of rareLabels(train, dev, labels)) hooks.onNote?.(note);
  const kept = new KeptCheckpoint(outputs.checkpoint);
  if (kept.isThere && input.resume !== true)
    hooks.onNote?.(
      `${outputs.checkpoint ?? ''} is of an earlier training that was cut off. The first epoch of this one replaces it; to go on with that one, stop now and use --resume.`,
    );
  hooks.onStage?.('opening');
  await using session = await supervisor.open(
    {
      base,
      backend: input.backend ?? 'auto',
      deterministic: false,
      calibrationFile: places.calibrationFile,
      ...(input.depth !== undefined && { depth: input.depth }),
      ...(input.pooling !== undefined && { pooling: input.pooling }),
      ...(input.instruction !== undefined && { instruction: input.instruction }),
      ...(method.kind === 'gradient' && method.modules && { trains: method.modules }),
    },
    { ...(signal && { signal }) },
  );
  hooks.onStage?.('training');
  const rowsOf = ({ rows }: LabelledTable) =>
    rows.map((row) => ({
      key: row.id.slice(0, LONGEST_KEY),
      text: row.text,
      labels: row.labels.map((label) => labels.indexOf(label)).filter((label) => label >= 0),
    }));
  const detector = new LanguageDetector();
  const source = {
    data: { train: await partOf(train, signal), dev: await partOf(dev, signal) },
    made: new Date().toISOString(),
    ...(none !== null && { none_label: none }),
  };
  using model = outputs.model === null ? null : new ModelInTheMaking(outputs.model);
  try {
    const { adapter, report } = await session.train(
      {
        labels,
        task: input.multiLabel === true ? 'multi-label' : 'exclusive',
        train: rowsOf(train),
        dev: rowsOf(dev),
        options: {
          name:
            input.name ??
            basename(out)
              .replace(/(\.adapter)?\.gguf$/, '')
              .slice(0, LONGEST_NAME),
          neutralLabel: neutral,
          method,
          ...(outputs.checkpoint !== null && {
            checkpoint: { file: outputs.checkpoint, resume: input.resume === true, run: randomUUID() },
          }),
          ...(model && { model: model.file }),
          ngrams: true,
          languages: input.languages ?? learnedLanguages(train.rows.map(({ text }) => detector.detect(text))),
          source,
        },
      },
      { signal, finish: hooks.finish, onProgress: hooks.onProgress },
    );
    const whole = { ...source, labels, neutral_label: neutral, ...report };
    replaceFile(outputs.adapter, (write) => {
      write(adapter);
      // Inside, so that a disk that is full leaves all as they were, never one that is new beside one that is old.
      replaceFile(outputs.report, (writeReport) => writeReport(Buffer.from(`${JSON.stringify(whole, null, 2)}\n`)));
      model?.take();
    });
    // Only now, when the adapter is safe.
    kept.remove();
    return {
      report: whole,
      adapterFile: outputs.adapter,
      modelFile: outputs.model,
      reportFile: outputs.report,
      tables: [train, dev],
    };
  } catch (error) {
    if (kept.isNew)
      hooks.onNote?.(
        `What was learned is kept in ${outputs.checkpoint ?? ''}: the same command with --resume goes on from its last whole epoch.`,
      );
    throw error;
  }
}

/** The engine takes no longer ones, in UTF-16 units. */
const LONGEST_KEY = 1024;
const LONGEST_NAME = 200;

const partOf = async ({ path, rows, counts }: LabelledTable, signal: AbortSignal | undefined) => ({
  file: basename(path),
  sha256: path === '-' ? null : await fileSha256(path, signal),
  rows: rows.length,
  per_label: Object.fromEntries(counts),
});
