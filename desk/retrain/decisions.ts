/** What was decided, as rows to learn from and to compare on: one label each, near-duplicates in one group. */
import { DeskError } from '../errors.ts';
import type { Label } from '../store/policies.ts';
import type { Store } from '../store/store.ts';
import { inSlices } from '../slices.ts';
import { groupNearDuplicates } from '../triage/near-duplicates.ts';
import { nearAudit } from './near-audit.ts';

export interface DecidedRow {
  readonly item: number;
  readonly text: string;
  readonly language: string;
  readonly label: string;
  /** whether that is something to act on: several labels may say that nothing is */
  readonly positive: boolean;
  /** the same for near-duplicates */
  readonly group: number;
  /** the chance with which an audit item was drawn; null for what is none */
  readonly audit: number | null;
}

export interface Decisions {
  /** of what can be learned, the neutral one first */
  readonly labels: readonly string[];
  readonly neutral: string;
  /** Rows to learn from: no audit item, decided or not, and nothing nearly the same as one. */
  readonly learning: readonly DecidedRow[];
  /** All that was decided: audit items and rows with rare labels, too. */
  readonly all: readonly DecidedRow[];
}

/** Fewer decide nothing. */
export const LEAST = 40;
export const LEAST_PER_LABEL = 8;
/** One group in so many is kept to pick the epoch on. */
const DEV_EVERY = 5;
const PAGE = 200;

/**
 * In slices, between which the desk answers.
 * @throws DeskError nothing-to-do, with what is missing; the signal's reason
 */
export async function decisionsOf(store: Store, signal?: AbortSignal): Promise<Decisions> {
  return await inSlices(gather(store), signal);
}

function* gather(store: Store): Generator<void, Decisions, void> {
  const labels = store.policies.labels();
  const fine = fineOf(labels)?.name ?? null;
  const found = yield* decidedRows(store, fine);
  const texts = found.map(({ text }) => text);
  const groups = yield* groupNearDuplicates(texts);
  const near = yield* nearAudit(store, texts);
  const all = found.map((row, i): DecidedRow => ({ ...row, group: groups[i] ?? i }));
  const held = new Set(all.flatMap(({ audit, group }, i) => (audit === null && !near.has(i) ? [] : [group])));
  const free = all.filter(({ group }) => !held.has(group));
  const counts = new Map<string, number>();
  for (const { label } of free) counts.set(label, (counts.get(label) ?? 0) + 1);
  const missing = missingOf(counts, all.length - free.length, fine);
  if (missing !== null || fine === null) throw missing ?? noneFine(fine, counts);
  const used = usedOf(counts);
  const learning = free.filter(({ label }) => used.includes(label));
  return { labels: [fine, ...used.filter((label) => label !== fine).sort()], neutral: fine, learning, all };
}

/** What is decided now; a decision that waits for a second opinion is one. @param fine what it is where no label applies */
function* decidedRows(store: Store, fine: string | null): Generator<void, readonly Omit<DecidedRow, 'group'>[], void> {
  const known = new Map(store.policies.labels().map((label) => [label.id, label]));
  const second = new Set(store.reviews.secondOpinions());
  const found: Omit<DecidedRow, 'group'>[] = [];
  for (let after = 0; ;) {
    const page = store.reviews.decided(after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last;
    for (const id of page) {
      yield;
      const review = store.reviews.get(id);
      const item = store.items.get(id);
      if ((review?.status !== 'decided' && !second.has(id)) || item === undefined || item.text.trim() === '') continue;
      // The most severe label of the decision; none of them: nothing is wrong.
      const severest = review?.label ?? null;
      const decided = severest === null ? null : known.get(severest);
      const label = decided === null ? fine : (decided?.name ?? null);
      const { text, language } = item;
      const positive = (decided?.severity ?? 0) > 0;
      if (label !== null)
        found.push({ item: id, text, language, label, positive, audit: store.auditItems.probability(id) });
    }
  }
}

/** The label of what is all right; null where there is none. */
export const fineOf = (labels: readonly Label[]): Label | null =>
  labels.find(({ severity, retired }) => severity === 0 && !retired) ?? null;

const usedOf = (counts: ReadonlyMap<string, number>): readonly string[] =>
  [...counts.keys()].filter((label) => (counts.get(label) ?? 0) >= LEAST_PER_LABEL);

/**
 * Why so many decisions of each label are too few to learn from; null where they are not.
 * @param held decisions that are held back for the audit
 * @param fine name of the label of what is all right
 */
export function missingOf(counts: ReadonlyMap<string, number>, held: number, fine: string | null): DeskError | null {
  const used = usedOf(counts);
  const learned = used.reduce((sum, label) => sum + (counts.get(label) ?? 0), 0);
  const rows = [...counts.values()].reduce((sum, n) => sum + n, 0);
  if (used.length < 2 || learned < LEAST) return tooFew(counts, rows, held);
  return fine === null || !used.includes(fine) ? noneFine(fine, counts) : null;
}

/** Of every label one group in five is kept to pick the epoch on, whatever order they were decided in. */
export function withDev(rows: readonly DecidedRow[]): {
  readonly train: readonly DecidedRow[];
  readonly dev: readonly DecidedRow[];
} {
  const dev = dealt(rows, DEV_EVERY);
  return {
    train: rows.filter(({ group }) => dev.get(group) !== 0),
    dev: rows.filter(({ group }) => dev.get(group) === 0),
  };
}

/** Deals groups out into `parts` parts, those of every label as evenly as can be.  group → part, from 0 */
export function dealt(
  rows: readonly Pick<DecidedRow, 'group' | 'label'>[],
  parts: number,
): ReadonlyMap<number, number> {
  const labelOf = new Map(rows.map(({ group, label }) => [group, label]));
  const met = new Map<string, number>();
  const dealt = new Map<number, number>();
  for (const group of [...labelOf.keys()].sort((a, b) => a - b)) {
    const label = labelOf.get(group) ?? '';
    const n = met.get(label) ?? 0;
    met.set(label, n + 1);
    dealt.set(group, n % parts);
  }
  return dealt;
}

function tooFew(counts: ReadonlyMap<string, number>, rows: number, held: number): DeskError {
  const each = [...counts].map(([label, n]) => `${label} ${n}`).join(', ');
  const aside = held === 0 ? '' : `, and ${held} that are held back for the audit`;
  return new DeskError(
    'nothing-to-do',
    `There are too few decisions to learn from: ${rows === 0 ? 'none' : rows} of ${LEAST}${each === '' ? '' : ` (${each})`}${aside}.`,
    `${wanted(counts, rows)} It takes ${LEAST} in all, with ${LEAST_PER_LABEL} of each of two labels or more. Audit items do not count.`,
  );
}

/** What to decide now, in a sentence. Of the labels that are short of decisions, the two that have most. */
function wanted(counts: ReadonlyMap<string, number>, rows: number): string {
  if (rows < LEAST) return `Decide ${LEAST - rows} more or so.`;
  const second = [...counts].sort(([, a], [, b]) => b - a)[1];
  if (second === undefined) return `Decide ${LEAST_PER_LABEL} that have another label.`;
  const [label, has] = second;
  // Two labels have enough, and yet too few decisions are learned from: others have the rest.
  return has < LEAST_PER_LABEL ? `Decide ${LEAST_PER_LABEL - has} more that are ${label}.` : 'Decide some more.';
}

function noneFine(fine: string | null, counts: ReadonlyMap<string, number>): DeskError {
  const has = fine === null ? 0 : (counts.get(fine) ?? 0);
  return new DeskError(
    'nothing-to-do',
    fine === null
      ? 'No label means that there is nothing to act on, so that nothing can be told apart from it.'
      : `Only ${has} of the decisions say ${fine}; ${LEAST_PER_LABEL} are needed to learn what is all right.`,
    fine === null
      ? 'Add one: `moderato labels --add fine --severity 0`.'
      : `Decide ${LEAST_PER_LABEL - has} more that are ${fine}.`,
  );
}
