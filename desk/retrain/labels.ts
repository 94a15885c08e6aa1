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
  /** where a text may have several labels: the word of the data for none of them, where it has one */
  readonly none: string | null;
}

/** Names of labels in an adapter are no longer, in UTF-16 units. */
const LONGEST = 200;

/**
 * @param named the neutral label, where the person has named it; `null` where it was said that there is none
 * @throws TrainingDataError where there is nothing to tell apart, for a label that is missing from one of the parts, for
 *   labels that look like another column, or a neutral label that does not occur
 */
export function labelsOf(
  train: LabelledTable,
  dev: LabelledTable,
  named: string | null | undefined,
  multiLabel = false,
): LabelSet {
  const found = [...train.counts.keys()].sort();
  assertLabels(found, train);
  const neutral = neutralOf(multiLabel ? [...new Set([...found, ...dev.counts.keys()])] : found, train.path, named);
  // Whoever has none of several labels is no example that is needed on both sides.
  const aside = multiLabel ? neutral : null;
  const own = found.filter((label) => label !== aside);
  assertApart(train, own, multiLabel);
  const hint =
    !multiLabel && found.some((label) => label.includes('|'))
      ? ' Where a row has several labels with | between them, say so with --multi-label.'
      : '';
  const missing = own.filter((label) => !dev.counts.has(label));
  if (missing.length > 0) {
    throw new TrainingDataError(
      `${dev.path}: no row has the label ${quoted(missing)}, so nothing can be picked for it.`,
      `Add some rows of it to dev; ${train.path} has them.${hint}`,
    );
  }
  const unknown = [...dev.counts.keys()].filter((label) => label !== aside && !train.counts.has(label));
  if (unknown.length > 0) {
    throw new TrainingDataError(
      `${dev.path} has the label ${quoted(unknown)}, which no row of ${train.path} has.`,
      `Use the same labels in both.${hint}`,
    );
  }
  if (multiLabel) return { labels: own, neutral: null, none: neutral };
  return {
    labels: neutral === null ? found : [neutral, ...found.filter((label) => label !== neutral)],
    neutral,
    none: null,
  };
}

function assertLabels(found: readonly string[], { path }: LabelledTable): void {
  const remedy = 'That looks like another column: name the one of the labels with --label.';
  if (found.length > 1000) throw new TrainingDataError(`${path}: there are ${found.length} different labels.`, remedy);
  const odd = found.find((label) => label.length > LONGEST || !label.isWellFormed());
  if (odd === undefined) return;
  throw new TrainingDataError(
    odd.length > LONGEST
      ? `${path}: a label has ${odd.length} characters; ${LONGEST} are possible.`
      : `${path}: a label is no well-formed text.`,
    remedy,
  );
}

function assertApart({ path, rows, counts }: LabelledTable, own: readonly string[], multiLabel: boolean): void {
  const remedy = 'Add rows with another label, or name another column with --label.';
  const [only] = own;
  if (!multiLabel && own.length < 2)
    throw new TrainingDataError(
      `${path}: every row has the label "${only ?? ''}"; two or more are needed to tell them apart.`,
      remedy,
    );
  if (multiLabel && own.every((label) => counts.get(label) === rows.length))
    throw new TrainingDataError(
      `${path}: every row has the same labels (${quoted(own.length > 0 ? own : [...counts.keys()])}); there is nothing to tell apart.`,
      remedy,
    );
}

/** A part with fewer rows of a label than this says little about it. */
const FEW = 10;

/** What to say about labels that are too rare, a sentence for each part. */
export function rareLabels(train: LabelledTable, dev: LabelledTable, labels: readonly string[]): readonly string[] {
  const rare = ({ counts }: LabelledTable): readonly string[] =>
    labels.filter((label) => (counts.get(label) ?? 0) < FEW).map((label) => `"${label}" ${counts.get(label) ?? 0}`);
  const told = (table: LabelledTable, why: string): readonly string[] => {
    const few = rare(table);
    return few.length === 0
      ? []
      : [`${table.path} has fewer than ${FEW} rows of a label (${few.slice(0, 10).join(', ')}): ${why}`];
  };
  return [
    ...told(train, 'too few to learn it from; some hundred of each are usual.'),
    ...told(dev, 'the figures on it are chance, and so is what is picked by them.'),
  ];
}

function neutralOf(found: readonly string[], path: string, named: string | null | undefined): string | null {
  if (named === undefined) return guessNeutral(found);
  if (named === null || found.includes(named)) return named;
  throw new TrainingDataError(
    `There is no label "${named}" in ${path}.`,
    `Its labels are ${quoted(found)}; name one of them with --neutral.`,
  );
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
