/** Reads every message that has no score yet with one model, and stores what it says. */
import { setImmediate } from 'node:timers/promises';
import type { SessionInfo } from '../../engine/contract.ts';
import type { Forecast } from '../contract/guarantee.ts';
import type { ScoreStart } from '../contract/jobs.ts';
import type { EngineSession } from '../engine/session.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { chooseBase, chooseModel, type ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Revision } from '../store/revisions.ts';
import type { Supervisor } from '../supervisor.ts';
import type { z } from 'zod';
import { TARGETS } from './cascade/cascade.ts';
import { reach } from './cascade/reach.ts';
import { reached } from './cascade/statement.ts';
import { ofAudit } from './audit-draw.ts';
import { firstLook, measuresFirst, openPlainly } from './first-look.ts';
import { Leading, type Leader } from './leading.ts';
import { shownRevision } from './shown.ts';
import { storedModel } from './stored-model.ts';
import { thresholdOf } from './judge.ts';
import {
  LOOKED_AT,
  newRevisionOf,
  openModel,
  WorkspaceScoring,
  type ScoringHooks,
  type ScoringTarget,
} from './scoring.ts';

export interface ScoreDeps extends ScoringTarget {
  readonly supervisor: Supervisor;
  readonly places: Places;
  /**
   * the revision whose scores are being made, before the first of them; gives what is most likely to change by it
   * @param by name of whoever wants this one in place of the queue's
   */
  readonly onRevision: (revision: Revision, base: string, by: string | undefined) => Promise<Uint32Array>;
  /** messages that the model before flags, by id */
  readonly flagged: () => Uint32Array;
  /** what each recall target would cost */
  readonly onForecast: (forecast: Forecast) => void;
  /** these were scored or given up */
  readonly onItems: (items: readonly number[]) => void;
  /** what there is to say of scores of imports that were read for the first time, for people; once all is in the queue */
  readonly drifted: () => Promise<readonly string[]>;
  /** the highest scores so far, while few messages, drawn at random, were read */
  readonly onProvisional: (leaders: readonly Leader[], done: number, total: number) => void;
}

export interface ScoreReport {
  readonly revision: number;
  /** null where there was nothing left to score */
  readonly engine: SessionInfo | null;
  /** messages that got a score by this run, and those of them that the model read: copies share one score */
  readonly scored: number;
  readonly read: number;
  /** messages that had been scored before */
  readonly before: number;
  /** what each recall target would cost; null where none was asked for */
  readonly forecast: Forecast | null;
  /** sentences for people: an import reads otherwise than those before */
  readonly notices: readonly string[];
  readonly seconds: { readonly opening: number; readonly scoring: number };
}

/** Entries of the provisional list. */
const LEADERS = 10;
/** A random part of this many messages goes first, in pieces, until one of the two is reached. */
const SAMPLE = { messages: 512, piece: 64, seconds: 1.5 } as const;
/** With more than this it does not matter how many there are to a message. */
const MANY = 10_000;
/** Messages that are read before anything is measured. */
const FIRST_LOOK = 32;

/**
 * Scores what has no score of this model yet; each page is kept as soon as it is done.
 * @throws ModelFileError, AdapterError, EngineCallError, EngineFailed, WorkspaceError; DeskError no-reviewer, where nobody is named
 *   who gives the queue another model; when the signal aborts
 */
export async function score(
  deps: ScoreDeps,
  start: z.infer<typeof ScoreStart>,
  { signal, onProgress }: RunHooks,
): Promise<ScoreReport> {
  const { store, writer } = deps;
  const chosen = await modelFor(deps, start);
  const revision = await writer.write('ensureRevision', newRevisionOf(chosen));
  const first = await deps.onRevision(revision, chosen.base, start.reviewer);
  const total = await unscoredOf(store, revision.id);
  const before = store.counts.revision(revision.id).scored;
  const isReached = start.recall !== 'all' && (reached(store, revision)?.target ?? 0) >= start.recall;
  if (total === 0 || isReached)
    return {
      revision: revision.id,
      engine: null,
      scored: 0,
      read: 0,
      before,
      forecast: null,
      notices: [],
      seconds: { opening: 0, scoring: 0 },
    };
  onProgress({ doing: 'Opening the model', done: 0, total: null, unit: '' });
  const opened = performance.now();
  const isHidden = ofAudit(store);
  await using session = await opening(deps, chosen, start, revision, { total, isHidden, signal });
  const seconds = secondsSince(opened);
  const started = performance.now();
  const scoring = await WorkspaceScoring.start(deps, session, chosen.adapter, revision, start);
  const leading = new Leading(LEADERS);
  let scored = 0;
  const progress = (done: number): void =>
    onProgress({ doing: 'Scoring', done: Math.min(done, total), total, unit: 'messages' });
  const behind = (from: number): ScoringHooks => ({
    signal,
    onProgress: (done) => progress(from + done),
    onScored: (items, scores, done) => {
      deps.onItems(items);
      scored += scores.length;
      for (const one of scores) if (!isHidden(one.item)) leading.offer(one);
      deps.onProvisional(leading.list(), from + done, total);
    },
  });
  progress(0);
  let forecast: Forecast | null = null;
  if (start.recall === 'all' && !start.forecast) await scoreAll(scoring, first, total, behind);
  else
    await reach(
      {
        ...deps,
        scoring,
        revision,
        threshold: thresholdOf(chosen.adapter),
        target: start.recall === 'all' ? TARGETS[0] : start.recall,
        first: deps.flagged(),
        onlyForecast: start.forecast,
      },
      {
        signal,
        onScored: behind(0).onScored,
        onProgress: (done, expected) => onProgress({ doing: 'Scoring', done, total: expected, unit: 'texts' }),
        onForecast: (made) => {
          forecast = made;
          deps.onForecast(made);
        },
      },
    );
  return {
    revision: revision.id,
    engine: session.info,
    scored,
    read: scoring.read,
    before,
    forecast,
    notices: await deps.drifted(),
    seconds: { opening: seconds, scoring: secondsSince(started) },
  };
}

/** Reads all of it: a random part, then what is most likely to change, then the rest. */
async function scoreAll(
  scoring: WorkspaceScoring,
  first: Uint32Array,
  total: number,
  behind: (from: number) => ScoringHooks,
): Promise<void> {
  const started = performance.now();
  let done = 0;
  while (done < Math.min(total, SAMPLE.messages) && secondsSince(started) < SAMPLE.seconds) {
    const more = await scoring.sample(SAMPLE.piece, behind(done));
    if (more === 0) break;
    done += more;
  }
  done += await scoring.these(first, behind(done));
  await scoring.rest(behind(done));
  await scoring.takeInAside();
}

/** Looking at every row takes half a second in a million; what is kept may be off by what changed its kind since. */
async function unscoredOf({ counts, items }: ScoreDeps['store'], revision: number): Promise<number> {
  const { waiting, notRead } = counts.revision(revision);
  const many = waiting + (notRead['set-aside'] ?? 0);
  if (many > MANY) return many;
  let total = 0;
  for (let after = 0; after < items.lastId; after += LOOKED_AT) {
    total += items.countUnscored(revision, after, after + LOOKED_AT);
    // Others who ask the desk something have their turn.
    await setImmediate();
  }
  return total;
}

/** What was named; else the model whose queue is shown, and where there is none, the one that comes with the program. */
async function modelFor({ store, places }: ScoreDeps, start: z.infer<typeof ScoreStart>): Promise<ChosenModel> {
  const shown = shownRevision(store);
  if (start.adapter !== undefined || shown === null) return await chooseModel(places, start);
  const stored = storedModel(store, places, shown);
  return start.model === undefined ? stored : { ...stored, base: await chooseBase(places, start.model) };
}

/** Opens the model. Where its layouts must be measured first, a few messages are read in the plainest way before that. */
async function opening(
  deps: ScoreDeps,
  chosen: ChosenModel,
  { deterministic }: z.infer<typeof ScoreStart>,
  revision: Revision,
  {
    total,
    isHidden,
    signal,
  }: { readonly total: number; readonly isHidden: (item: number) => boolean; readonly signal: AbortSignal },
): Promise<EngineSession> {
  const { supervisor, places, store } = deps;
  const layout = store.revisions.layout(revision.id);
  if (!deterministic && layout === null && measuresFirst(places)) {
    await using plain = await openPlainly(supervisor, chosen, signal);
    const leaders = await firstLook(store, plain, revision, FIRST_LOOK, signal);
    const shown = leaders.filter(({ item }) => !isHidden(item)).slice(0, LEADERS);
    deps.onProvisional(shown, Math.min(FIRST_LOOK, total), total);
  }
  const session = await openModel(supervisor, places, chosen, { deterministic, layout }, signal);
  if (!deterministic && layout === null)
    await deps.writer.write('pinLayout', { revision: revision.id, layout: session.info.layout });
  return session;
}

const secondsSince = (started: number): number => Math.round(performance.now() - started) / 1000;
