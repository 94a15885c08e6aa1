/** The labels of a training: which there are, in which order, and which of them means "nothing wrong". */
import type { LabelledTable } from '../tables/labelled.ts';
import { TrainingDataError } from './errors.ts';

/** What people call the label of a message that needs no review, in lower case. */
const NEUTRAL = new Set(
  'fine ok okay none normal neutral neither clean good safe acceptable benign allowed ham other 0 no false non-toxic nontoxic not_toxic non-hate nothate not_hate nohate no_hate not-hate non_toxic'.split(
    ' ',
  ),
);

export interface LabelSet {
  /**
   * The neutral one first, the others in the order of the alphabet. Where a text may have several, having none of them is
   * what is neutral, and no label stands for it.
   */
  readonly labels: readonly string[];
  readonly neutral: string | null;
}

/**
 * @param named the neutral label, where the person has named it; `null` where it was said that there is none
 * @throws TrainingDataError for fewer than two labels, a label that is missing from one of the parts, or a neutral label
 *   that does not occur
 */
export function labelsOf(
  train: LabelledTable,
  dev: LabelledTable,
  named: string | null | undefined,
  multiLabel = false,
): LabelSet {
  const found = [...train.counts.keys()].sort();
  const [only] = found;
  if (found.length < 2) {
    throw new TrainingDataError(
      `${train.path}: every row has the label "${only ?? ''}"; two or more are needed to tell them apart.`,
      'Add rows with another label, or name another column with --label.',
    );
  }
  if (found.length > 1000) {
    throw new TrainingDataError(
      `${train.path}: there are ${found.length} different labels.`,
      'That looks like another column: name the one of the labels with --label.',
    );
  }
  const missing = found.filter((label) => !dev.counts.has(label));
  if (missing.length > 0) {
    throw new TrainingDataError(
      `${dev.path}: no row has the label ${quoted(missing)}, so nothing can be picked for it.`,
      `Add some rows of it to dev; ${train.path} has them.`,
    );
  }
  const unknown = [...dev.counts.keys()].filter((label) => !train.counts.has(label));
  if (unknown.length > 0) {
    throw new TrainingDataError(
      `${dev.path} has the label ${quoted(unknown)}, which no row of ${train.path} has.`,
      'Use the same labels in both.',
    );
  }
  const neutral = named === undefined ? guessNeutral(found) : named;
  if (neutral !== null && !found.includes(neutral)) {
    throw new TrainingDataError(
      `There is no label "${neutral}" in ${train.path}.`,
      `Its labels are ${quoted(found)}; name one of them with --neutral.`,
    );
  }
  if (multiLabel) return { labels: found.filter((label) => label !== neutral), neutral: null };
  return { labels: neutral === null ? found : [neutral, ...found.filter((label) => label !== neutral)], neutral };
}

/** The one label that is called like "nothing wrong"; null where none or several are. */
export function guessNeutral(labels: readonly string[]): string | null {
  const known = labels.filter((label) => NEUTRAL.has(label.trim().toLowerCase().replaceAll(' ', '_')));
  return known.length === 1 ? (known[0] ?? null) : null;
}

const quoted = (labels: readonly string[]): string =>
  labels
    .slice(0, 10)
    .map((label) => `"${label}"`)
    .join(', ') + (labels.length > 10 ? ` and ${labels.length - 10} more` : '');
