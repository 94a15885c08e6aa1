/** Reads of a workspace what a recall target needs, and sets the rest aside. */
import { randomInt } from 'node:crypto';
import { seededRandom } from '../../../engine/train/random.ts';
import type { Forecast } from '../../contract/guarantee.ts';
import type { Revision } from '../../store/revisions.ts';
import type { Store } from '../../store/store.ts';
import { settingsOf } from '../../review/settings.ts';
import { chanceAside, ofAudit } from '../audit-draw.ts';
import type { Copy, ScoringHooks, ScoringTarget, WorkspaceScoring } from '../scoring.ts';
import { cascade, forecast, type Cascade } from './cascade.ts';
import { waitingTexts } from './copies.ts';
import { NgramProxy } from './ngram-proxy.ts';
import { reachedSetting } from './statement.ts';

export interface Reaching extends ScoringTarget {
  readonly scoring: WorkspaceScoring;
  readonly revision: Revision;
  /** score from which on the model flags */
  readonly threshold: number;
  readonly target: number;
  /** messages that are read in any case, by id */
  readonly first: Uint32Array;
  /** the sample is all that is read */
  readonly onlyForecast: boolean;
}

export interface ReachingHooks {
  readonly onScored: ScoringHooks['onScored'];
  readonly signal: AbortSignal;
  readonly onForecast: (forecast: Forecast) => void;
  /** texts that are read by then, and how many it will be, about */
  readonly onProgress: (read: number, expected: number) => void;
}

/**
 * Copies of a text get its score. What is not read is written down as set aside, but for those that are drawn of it for the
 * audit sample: the model reads them for that alone, so that estimates hold for all that was set aside, too.
 * Throws like `WorkspaceScoring`.
 */
export async function reach(reaching: Reaching, hooks: ReachingHooks): Promise<void> {
  const { store, writer, scoring, revision, threshold, target } = reaching;
  const { signal } = hooks;
  if (!reaching.onlyForecast) await scoring.forgetAside((items) => hooks.onScored?.(items, [], 0));
  const texts = await waitingTexts(store, revision.id, (item) => scoring.isForeign(item), signal);
  let done = 0;
  const onItems = (items: readonly number[]): void => hooks.onScored?.(items, [], done);
  await scoring.giveUp(texts.foreign, 'language', { signal, onItems });
  done += texts.foreign.length;
  const idsOf = (places: Uint32Array): Uint32Array => places.map((place) => texts.items[place]?.id ?? 0);
  const read = async (places: Uint32Array): Promise<Float32Array> => {
    const scores = new Map<number, number>();
    await scoring.these(idsOf(places), {
      signal,
      copiesOf: (item) => texts.copies.get(item) ?? [],
      onScored: (items, leaders) => {
        for (const { item, score } of leaders) scores.set(item, score);
        done += items.length;
        hooks.onScored?.(items, leaders, done);
      },
    });
    return Float32Array.from(places, (place) => scores.get(texts.items[place]?.id ?? 0) ?? NaN);
  };
  const input: Cascade = {
    count: texts.items.length,
    first: firstPlaces(texts, reaching.first),
    found: store.scores.countAtLeast(revision.id, threshold),
    target,
    threshold,
    read,
    proxy: NgramProxy.of((places) => store.items.texts([...idsOf(places)]), threshold, signal),
    random: seededRandom(randomInt(2 ** 32)),
    onForecast: hooks.onForecast,
    onProgress: hooks.onProgress,
  };
  if (reaching.onlyForecast) {
    hooks.onForecast(await forecast(input));
    return;
  }
  const { isRead } = await cascade(input);
  const left = texts.items.filter((_, place) => isRead[place] === 0);
  const isDrawn = drawing(store, left.length);
  await scoring.these(
    Uint32Array.from(left.filter(isDrawn.has), ({ id }) => id),
    {
      signal,
      aside: isDrawn.chance,
      onScored: (items, leaders) => {
        done += items.length;
        hooks.onScored?.(items, leaders, done);
      },
    },
  );
  const aside = left.filter((one) => !isDrawn.has(one));
  await scoring.giveUp(aside, 'set-aside', { signal, onItems });
  await writer.write('setSetting', reachedSetting({ revision: revision.id, target }), { urgent: false });
}

/** What the audit sample has of `count` messages that are set aside. What was drawn before stays in it. */
function drawing(store: Store, count: number): { readonly chance: number; readonly has: (one: Copy) => boolean } {
  const chance = chanceAside(settingsOf(store).auditEvery, count);
  const isDrawn = ofAudit(store, chance);
  return { chance, has: ({ id }) => isDrawn(id) };
}

/**
 * Texts that stand in several messages are always read, and so are those that somebody named. So what is set aside are single
 * messages, and what holds of texts holds of messages: as many can be missing, and more were found.
 */
function firstPlaces({ items, copies }: Awaited<ReturnType<typeof waitingTexts>>, named: Uint32Array): Uint32Array {
  const wanted = new Set(named);
  return Uint32Array.from(items.flatMap(({ id }, place) => (copies.has(id) || wanted.has(id) ? [place] : [])));
}
