/** Counts of what was predicted for what was true, and the macro-averaged F1 from them. */
import type { Task } from './examples.ts';

/** classes × classes, row-major: row = true class, column = predicted class. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** `weights`: how often each row counts; default once. */
export function confusionOf(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  weights?: ArrayLike<number>,
): Confusion {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < labels.length; row++) {
    const cell = (labels[row] as number) * classes + (predicted[row] as number);
    counts[cell] = (counts[cell] as number) + (weights === undefined ? 1 : (weights[row] as number));
  }
  return { classes, counts };
}

/** F1 of one class, 0 where the class is neither true nor predicted anywhere. */
export function f1Of({ classes, counts }: Confusion, of: number): number {
  let support = 0;
  let predicted = 0;
  for (let other = 0; other < classes; other++) {
    support += counts[of * classes + other] as number;
    predicted += counts[other * classes + of] as number;
  }
  const both = support + predicted;
  return both === 0 ? 0 : (2 * (counts[of * classes + of] as number)) / both;
}

/**
 * F1 of each label as a model's logits have it: of exclusive labels the largest is predicted, of others all above zero.
 * logits, targets: (labels, texts)
 */
export function f1PerLabel(task: Task, logits: Float32Array, targets: Float32Array, labels: number): readonly number[] {
  const texts = logits.length / labels;
  const predicted = new Uint8Array(logits.length);
  for (let text = 0; text < texts; text++) {
    const row = logits.subarray(text * labels, (text + 1) * labels);
    if (task === 'exclusive') predicted[text * labels + row.indexOf(Math.max(...row))] = 1;
    else row.forEach((z, label) => (predicted[text * labels + label] = z > 0 ? 1 : 0));
  }
  return Array.from({ length: labels }, (_, label) => {
    let hits = 0;
    let both = 0;
    for (let i = label; i < logits.length; i += labels) {
      hits += (predicted[i] as number) * (targets[i] as number);
      both += (predicted[i] as number) + (targets[i] as number);
    }
    return both === 0 ? 0 : (2 * hits) / both;
  });
}

/** Mean F1 over all classes. A class that occurs nowhere counts as 0, as in scikit-learn with `labels` given. */
export function macroF1(confusion: Confusion): number {
  let sum = 0;
  for (let k = 0; k < confusion.classes; k++) sum += f1Of(confusion, k);
  return sum / confusion.classes;
}
