/** Texts with their labels, as numbers. */

/** Labels exclude each other, or each may apply or not. */
export const TASKS = ['exclusive', 'multi-label'] as const;
export type Task = (typeof TASKS)[number];

export interface Examples {
  /** token ids of each text */
  readonly texts: readonly Int32Array[];
  /** (labels, texts): 1 where a text has the label, else 0 */
  readonly targets: Float32Array;
}

/** The targets of texts with one label each.  returns (classes, texts) */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let text = 0; text < labels.length; text++) targets[text * classes + (labels[text] as number)] = 1;
  return targets;
}

/** How many texts have each label. */
export function labelCounts({ texts, targets }: Examples): Float64Array {
  const counts = new Float64Array(targets.length / texts.length);
  for (let i = 0; i < targets.length; i++) {
    const label = i % counts.length;
    counts[label] = (counts[label] as number) + (targets[i] as number);
  }
  return counts;
}
