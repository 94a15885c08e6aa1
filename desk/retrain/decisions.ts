/** What was decided, as rows to learn from: one label each, audit items left out, equal texts on one side. */
import { DeskError } from '../errors.ts';
import type { Store } from '../store/store.ts';

export interface LearningRow {
  readonly item: number;
  readonly text: string;
  readonly label: string;
}

export interface LearningSet {
  /** the neutral one first, where there is one */
  readonly labels: readonly string[];
  readonly neutral: string | null;
  readonly train: readonly LearningRow[];
  readonly dev: readonly LearningRow[];
}

/** Fewer decide nothing. */
const LEAST = 40;
const LEAST_PER_LABEL = 8;
/** One group of equal texts in so many is kept to pick the epoch on. */
const DEV_EVERY = 5;
const PAGE = 1000;

/** @throws DeskError nothing-to-do, with what is missing */
export function learningSet(store: Store): LearningSet {
  const labels = store.policies.labels();
  const fine = labels.find(({ severity, retired }) => severity === 0 && !retired)?.name ?? null;
  const names = new Map(labels.map(({ id, name }) => [id, name]));
  const rows: (LearningRow & { readonly group: number })[] = [];
  for (let after = 0; ;) {
    const page = store.reviews.decided(after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last;
    for (const id of page) {
      const review = store.reviews.get(id);
      const item = store.items.get(id);
      if (review?.status !== 'decided' || item === undefined || item.text.trim() === '' || store.auditItems.has(id))
        continue;
      // The most severe label of the decision; none of them: nothing is wrong.
      const label = review.label === null ? fine : (names.get(review.label) ?? null);
      if (label !== null) rows.push({ item: id, text: item.text, label, group: store.items.contentHash(id) });
    }
  }
  const counts = new Map<string, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  const used = [...counts.keys()].filter((label) => (counts.get(label) ?? 0) >= LEAST_PER_LABEL);
  const kept = rows.filter(({ label }) => used.includes(label));
  if (used.length < 2 || kept.length < LEAST) throw tooFew(counts, kept.length);
  const neutral = fine !== null && used.includes(fine) ? fine : null;
  const others = used.filter((label) => label !== neutral).sort();
  return { labels: neutral === null ? others : [neutral, ...others], neutral, ...split(kept) };
}

/** Of every label one group in five, whatever order they were decided in. */
function split(rows: readonly (LearningRow & { readonly group: number })[]): Pick<LearningSet, 'train' | 'dev'> {
  const labelOf = new Map(rows.map(({ group, label }) => [group, label]));
  const groups = [...labelOf.keys()].sort((a, b) => a - b);
  const met = new Map<string, number>();
  const dev = new Set<number>();
  for (const group of groups) {
    const label = labelOf.get(group) ?? '';
    const n = met.get(label) ?? 0;
    met.set(label, n + 1);
    if (n % DEV_EVERY === 0) dev.add(group);
  }
  const bare = ({ item, text, label }: LearningRow): LearningRow => ({ item, text, label });
  return {
    train: rows.filter(({ group }) => !dev.has(group)).map(bare),
    dev: rows.filter(({ group }) => dev.has(group)).map(bare),
  };
}

function tooFew(counts: ReadonlyMap<string, number>, rows: number): DeskError {
  const each = [...counts].map(([label, n]) => `${label} ${n}`).join(', ');
  return new DeskError(
    'nothing-to-do',
    `There are too few decisions to learn from: ${rows === 0 ? 'none' : rows} of ${LEAST}${each === '' ? '' : ` (${each})`}.`,
    `Decide more: ${LEAST} in all, with ${LEAST_PER_LABEL} of each of two labels or more. Audit items do not count.`,
  );
}
