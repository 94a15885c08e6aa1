/** What is said of a recall target that was reached, in figures and in the two sentences that people read. */
import { z } from 'zod';
import type { Guarantee } from '../../contract/guarantee.ts';
import type { Revision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import { DELTA } from './cascade.ts';

/** Name of the setting that says what was reached last. */
const REACHED = 'guarantee';

const Reached = z.object({ revision: z.int(), target: z.number() });
export type Reached = z.infer<typeof Reached>;

/** Below so many decided audit items nothing is said of what the model misses. */
const FEWEST_AUDIT_ITEMS = 30;

export const reachedSetting = (value: Reached): { readonly name: string; readonly value: Reached } => ({
  name: REACHED,
  value,
});

/** The target that was reached with this revision; null where none was, or more was imported since. */
export function reached(store: Store, revision: Revision): Reached | null {
  const last = store.settings.get(REACHED, Reached);
  if (last?.revision !== revision.id || store.counts.revision(revision.id).waiting > 0) return null;
  return last;
}

/** @param threshold score from which on the model flags */
export function guaranteeOf(store: Store, revision: Revision, threshold: number): Guarantee | null {
  const setAside = store.counts.revision(revision.id).notRead['set-aside'] ?? 0;
  const last = reached(store, revision);
  if (last === null || setAside === 0) return null;
  const figures = {
    target: last.target,
    confidence: 1 - DELTA,
    setAside,
    model: modelMisses(store, revision, threshold),
  };
  return { ...figures, sentences: sentencesOf(figures) };
}

export function sentencesOf({ target, confidence, setAside, model }: Omit<Guarantee, 'sentences'>): string[] {
  const messages = setAside === 1 ? '1 message was' : `${setAside.toLocaleString('en-US')} messages were`;
  return [
    `At least ${percent(target)} of what the model would flag is in your queue (${percent(confidence)} confidence); ${messages} not read by the model.`,
    model === null
      ? 'How much abuse the model itself misses is not known yet.'
      : `The model itself misses about ${percent(model.misses)} of abuse (from ${model.items.toLocaleString('en-US')} audit items).`,
  ];
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;

/** Share of what reviewers decided against that the model does not flag, each audit item by the inverse of its chance. */
function modelMisses(store: Store, revision: Revision, threshold: number): Guarantee['model'] {
  const decided = store.auditItems.decided(revision.id);
  if (decided.length < FEWEST_AUDIT_ITEMS) return null;
  const harmful = decided.filter(({ severity }) => severity > 0);
  const weigh = (items: typeof decided): number => items.reduce((sum, { probability }) => sum + 1 / probability, 0);
  if (harmful.length === 0) return null;
  return { misses: weigh(harmful.filter(({ score }) => score < threshold)) / weigh(harmful), items: decided.length };
}
