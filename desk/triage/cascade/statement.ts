/** What is said of a recall target that was reached, in figures and in the two sentences that people read. */
import { z } from 'zod';
import type { Guarantee } from '../../contract/guarantee.ts';
import { judgedOf } from '../../insight/judged.ts';
import { missedBy } from '../../insight/missed.ts';
import type { QueueColumns } from '../../queue/columns.ts';
import type { Revision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import { DELTA } from './cascade.ts';

/** Name of the setting that says what was reached last. */
const REACHED = 'guarantee';

const Reached = z.object({ revision: z.int(), target: z.number() });
export type Reached = z.infer<typeof Reached>;

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

/**
 * @param threshold score from which on the model flags
 * @param columns of the queue; null while they are being read
 */
export function guaranteeOf(
  store: Store,
  revision: Revision,
  threshold: number,
  columns: Readonly<QueueColumns> | null,
): Guarantee | null {
  const setAside = store.counts.revision(revision.id).notRead['set-aside'] ?? 0;
  const last = reached(store, revision);
  if (last === null || setAside === 0) return null;
  const figures = {
    target: last.target,
    confidence: 1 - DELTA,
    setAside,
    model: columns && modelMisses(columns, store, threshold),
  };
  return { ...figures, sentences: sentencesOf(figures) };
}

export function sentencesOf({ target, confidence, setAside, model }: Omit<Guarantee, 'sentences'>): string[] {
  const messages = setAside === 1 ? '1 message was' : `${setAside.toLocaleString('en-US')} messages were`;
  return [
    `At least ${percent(target)} of what the model would flag is in your queue (${percent(confidence)} confidence); ${messages} not read by the model.`,
    model === null
      ? 'How much abuse the model itself misses is not known yet.'
      : `The model itself misses about ${percent(model.misses)} of abuse (${percent(model.low)} to ${percent(model.high)} with 95% confidence, from ${model.items.toLocaleString('en-US')} audit items).`,
  ];
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`;

/** As in the table of thresholds, and from the same audit items. */
function modelMisses(columns: Readonly<QueueColumns>, store: Store, threshold: number): Guarantee['model'] {
  const judged = judgedOf(columns, store);
  const missed = missedBy(judged, threshold);
  return missed && { misses: missed.value, low: missed.low, high: missed.high, items: judged.audited.length };
}
