/** The stopping hint of a retraining: whether a hundred more decisions would still pay. */
import { rowsOf } from '../../engine/score/linear-head.ts';
import type { LearningCurve } from '../contract/revisions.ts';
import type { EngineSession } from '../engine/session.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Decisions } from './decisions.ts';
import { learningCurveOf } from './learning-curve.ts';

/**
 * Rests on what was decided and is no audit item, as far as the model of the queue has read it and has not learned from it, nor
 * from anything nearly the same. Null where that is too little.
 * @param session of the base model, without an adapter
 * @throws EngineCallError, EngineFailed, and the signal's reason
 */
export async function moreDecisions(
  store: Store,
  champion: Revision,
  { learning, all }: Decisions,
  session: EngineSession,
  signal: AbortSignal,
): Promise<LearningCurve | null> {
  const learned = new Set(
    all.flatMap(({ item, group }) => (store.tombstones.trainedOn(item).includes(champion.id) ? [group] : [])),
  );
  const scored = learning.flatMap(({ item, text, group, positive }) => {
    const score = learned.has(group) ? null : (store.scores.get(champion.id, item)?.score ?? null);
    return score === null ? [] : [{ item, text, group, positive, score }];
  });
  if (scored.length === 0) return null;
  const { states, read } = await session.embed(
    scored.map(({ item, text }) => ({ key: String(item), text })),
    { signal },
  );
  const columns = states.length / scored.length;
  const kept = [...scored.keys()].filter((i) => read[i] === true);
  const features = rowsOf({ values: states, rows: scored.length, columns }, kept);
  return await learningCurveOf(
    kept.flatMap((i) => scored[i] ?? []),
    features,
    signal,
  );
}
