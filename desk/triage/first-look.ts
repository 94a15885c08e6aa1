/**
 * Something to look at while the fastest weight layout is measured, which takes some seconds once per computer and
 * model: a few messages read in the plainest way. What it finds is shown and forgotten; the job itself reads them again,
 * so that all scores of a revision come from one layout.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { queueScore } from '../store/scores.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { EngineSession } from '../engine/session.ts';
import type { ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Supervisor } from '../supervisor.ts';
import type { Leader } from './leading.ts';
import { isForeign } from './foreign.ts';
import { drawUnscored } from './scoring.ts';

const Remembered = z.record(z.string(), z.object({ undisturbed: z.boolean() }));

/** Whether opening a model is likely to measure first. */
export function measuresFirst({ calibrationFile }: Places): boolean {
  try {
    const remembered = Remembered.parse(JSON.parse(readFileSync(calibrationFile, 'utf8')));
    return !Object.values(remembered).some(({ undisturbed }) => undisturbed);
  } catch {
    return true;
  }
}

/** Opens a model in the plainest way: nothing is measured, no GPU is tried. Throws like `Supervisor.open`. */
export async function openPlainly(
  supervisor: Supervisor,
  { base, adapterBytes }: ChosenModel,
  signal?: AbortSignal,
): Promise<EngineSession> {
  return await supervisor.open(
    { base, adapter: adapterBytes, backend: 'cpu', deterministic: true },
    { ...(signal && { signal }) },
  );
}

/** Scores of at most `size` messages drawn at random, highest first. Throws like `EngineSession.score`. */
export async function firstLook(
  store: Store,
  session: EngineSession,
  revision: Revision,
  size: number,
  signal?: AbortSignal,
): Promise<readonly Leader[]> {
  const items = drawUnscored(store, revision.id, size).filter(({ language }) => !isForeign(revision, language));
  const scored = await session.score(
    items.map(({ id, text }) => ({ key: String(id), text })),
    { signal },
  );
  return scored
    .flatMap((result) =>
      result.status === 'scored'
        ? [{ item: Number(result.key), score: queueScore(revision, result.probabilities) }]
        : [],
    )
    .sort((a, b) => b.score - a.score || a.item - b.item);
}
