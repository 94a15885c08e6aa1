/** Labelled texts as a trainer takes them: token ids, and targets in numbers. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { Scorer } from '../score/scorer.ts';
import { labelCounts, type Examples } from './examples.ts';
import { LogisticError } from './linear/logistic-problem.ts';
import { partReport, type LabelledText, type PartReport, type TrainHooks } from './rows.ts';

export interface Part {
  readonly examples: Examples;
  readonly rows: readonly LabelledText[];
  readonly report: PartReport;
}

/** Rows between two breaths of the event loop. */
const BREATHE_EVERY = 256;

/** What cuts the texts of a part into tokens, with one progress over all parts. Throws LogisticError where none can be read. */
export function tokenising(
  session: Scorer,
  labels: readonly string[],
  all: number,
  { signal, onProgress }: TrainHooks,
): (rows: readonly LabelledText[], part: string) => Promise<Part> {
  let done = 0;
  return async (rows, part) => {
    const kept: LabelledText[] = [];
    const texts: Int32Array[] = [];
    for (const [i, row] of rows.entries()) {
      const ids = session.encode(row.text);
      if (typeof ids !== 'string') {
        kept.push(row);
        texts.push(ids);
      }
      done++;
      if (i % BREATHE_EVERY < BREATHE_EVERY - 1) continue;
      onProgress?.(done, all, 'tokenised texts');
      await breathe();
      signal?.throwIfAborted();
    }
    if (kept.length === 0)
      throw new LogisticError(
        `None of the ${rows.length} texts in ${part} can be read: all are empty or too long for this model.`,
      );
    return {
      examples: { texts, targets: targetsOf(kept, labels.length) },
      rows: kept,
      report: partReport(rows, kept, labels),
    };
  };
}

/** Something to tell apart: two labels that occur, or one that some texts have and others do not. */
export function isLearnable(examples: Examples): boolean {
  const texts = examples.texts.length;
  return labelCounts(examples).some((count) => count > 0 && count < texts);
}

/** (labels, rows): 1 where a row has the label */
function targetsOf(rows: readonly LabelledText[], labels: number): Float32Array {
  const targets = new Float32Array(rows.length * labels);
  rows.forEach((row, i) => {
    for (const label of row.labels) targets[i * labels + label] = 1;
  });
  return targets;
}
