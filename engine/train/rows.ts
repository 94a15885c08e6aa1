import type { Adapter } from '../adapter/adapter.ts';
import type { ModuleSettings } from '../adapter/methods.ts';
import type { Task } from './examples.ts';
import { LogisticError } from './linear/logistic-problem.ts';
import type { TrainingOptions } from './options.ts';

/** A text with its label, as training takes it. */
export interface LabelledText {
  readonly key: string;
  readonly text: string;
  /** indices into the labels: one where they exclude each other, else any number */
  readonly labels: readonly number[];
}

export interface ProbeMethod {
  readonly kind: 'probe';
  readonly classWeights: 'balanced' | 'none';
  /** strengths to try; default: the trainer's own grid */
  readonly strengths?: readonly number[];
}

export interface GradientMethod {
  readonly kind: 'gradient';
  /** null: the head alone, on frozen states */
  readonly modules: ModuleSettings | null;
  readonly training: TrainingOptions;
}

export interface CheckpointPlace {
  readonly file: string;
  readonly resume: boolean;
  /** names this run; another run has another */
  readonly run?: string;
  /** 32 bytes: the file is encrypted with it */
  readonly key?: Uint8Array;
}

export interface TrainInput<M = ProbeMethod | GradientMethod> {
  readonly labels: readonly string[];
  readonly task: Task;
  readonly train: readonly LabelledText[];
  readonly dev: readonly LabelledText[];
  readonly options: {
    readonly name: string;
    readonly neutralLabel: string | null;
    readonly method: M;
    /** also train the character n-gram baseline, which then travels in the adapter */
    readonly ngrams: boolean;
    readonly languages: readonly string[];
    /**
     * Written after every epoch; gone on from where `resume` says so, or where it is of this very run, in a process that died.
     * A probe has none: it is fitted at once.
     */
    readonly checkpoint?: CheckpointPlace;
    /** bytes of the adapter that it goes on from; without one it starts at random. A probe has no start. */
    readonly start?: Uint8Array;
    /** where `full` puts the model that it makes */
    readonly model?: string;
    /** what went in, for the adapter's own record */
    readonly source: Adapter['training'];
  };
}

/**
 * What a training counts, one after the other: texts that are cut into tokens; texts that frozen layers read once; steps, and
 * after each epoch texts of dev; passes of the n-gram baseline.
 */
export type TrainingUnit = 'tokenised texts' | 'texts' | 'steps' | 'dev texts' | 'passes';

export interface TrainHooks {
  readonly signal?: AbortSignal;
  /** ends the training early, with the best so far */
  readonly finish?: AbortSignal;
  readonly onProgress?: (
    done: number,
    total: number,
    unit: TrainingUnit,
    figures?: Readonly<Record<string, number>>,
    note?: string,
  ) => void;
}

/** One part of the data, in the report. */
export interface PartReport {
  readonly rows: number;
  readonly perLabel: Readonly<Record<string, number>>;
  /** rows that the model could not read: empty or over-long */
  readonly notRead: number;
}

/** The one label of a row whose labels exclude each other. */
export const labelOf = ({ labels }: LabelledText): number => labels[0] ?? 0;

/** What the adapter file calls a task. */
export const adapterTask = (task: Task, labels: number): Adapter['task'] =>
  task === 'multi-label' ? task : labels === 2 ? 'binary' : 'multi-class';

export const partReport = (
  rows: readonly LabelledText[],
  kept: readonly LabelledText[],
  labels: readonly string[],
): PartReport => ({
  rows: kept.length,
  perLabel: Object.fromEntries(labels.map((label, k) => [label, kept.filter((row) => row.labels.includes(k)).length])),
  notRead: rows.length - kept.length,
});

/** Throws LogisticError where a label has lost all its texts, because the model can read none of them. */
export function assertCovered({ perLabel, notRead }: PartReport, part: string): void {
  const lost = Object.keys(perLabel).filter((label) => perLabel[label] === 0);
  if (lost.length === 0) return;
  throw new LogisticError(
    `No text in ${part} that can be read has the label ${lost.map((label) => `"${label}"`).join(', ')}: ${notRead} are empty or too long for this model. Add shorter ones.`,
  );
}
