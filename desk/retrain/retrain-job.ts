/**
 * Retraining as a job: a challenger is trained on what was decided, and compared with the model of the queue. What comes of
 * it is a revision with a recommendation; the queue stays as it is.
 */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import type { RetrainStart, Training } from '../contract/jobs.ts';
import type { Comparison, LearningCurve } from '../contract/revisions.ts';
import { DeskError } from '../errors.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { chooseBase, type ChosenModel } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Revision } from '../store/revisions.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import { newRevisionOf } from '../triage/scoring.ts';
import { shownRevision } from '../triage/shown.ts';
import { storedModel } from '../triage/stored-model.ts';
import type { WriterClient } from '../writer/client.ts';
import { trainChallenger, type ChallengerSetting } from './challenger.ts';
import { checkpointKey, checkpointOf, forgetCheckpoint } from './checkpoint.ts';
import { recommendationOf } from './comparison.ts';
import { Curve } from './curve.ts';
import { decisionsOf, type DecidedRow, type Decisions } from './decisions.ts';
import { wholeMethod } from './method.ts';
import { Duel } from './duel.ts';
import { moreDecisions } from './more-decisions.ts';
import { withPreset } from './presets.ts';
import { regressionRows, replayRows } from './public-rows.ts';
import { Shares } from './shares.ts';
import { weakRows, type WeakRow } from './weak.ts';

export interface RetrainDeps {
  readonly store: Store;
  readonly writer: WriterClient;
  readonly supervisor: Supervisor;
  readonly places: Places;
  /** of the workspace */
  readonly key: Uint8Array;
  /** messages of the queue, the most uncertain first */
  readonly undecided: () => Uint32Array;
}

export interface RetrainReport {
  readonly revision: number;
  readonly name: string;
  readonly labels: readonly string[];
  /** rows that it learned from, on which the best epoch was picked, and of public sets beside them */
  readonly train: number;
  readonly dev: number;
  readonly replayed: number;
  /** it went on from the model of the queue */
  readonly fromChampion: boolean;
  readonly devMacroF1: number | null;
  /** how the training went; null for a method without steps */
  readonly training: Training | null;
  readonly comparison: Comparison;
  /** whether more decisions would pay; null where too little was decided to say so */
  readonly more: LearningCurve | null;
  readonly seconds: number;
}

/** Audit items that were decided, from which on they alone decide. */
const ENOUGH_AUDIT = 150;
/** Items of one write. */
const NOTED_TOGETHER = 500;

/**
 * Goes on from the last whole epoch where an engine died on the way.
 * @throws DeskError where too little was decided; ModelFileError, AdapterError, EngineCallError, EngineFailed, WorkspaceError
 */
export async function retrainJob(
  deps: RetrainDeps,
  { preset, name, model, weak: wantsWeak }: z.infer<typeof RetrainStart>,
  hooks: RunHooks,
): Promise<RetrainReport> {
  const { store, supervisor, places, key } = deps;
  const began = performance.now();
  const decisions = await decisionsOf(store, hooks.signal);
  const weak = wantsWeak ? await weakRows(store, decisions) : [];
  const champion = shownRevision(store);
  if (champion === null)
    throw new DeskError('nothing-to-do', 'No model has read this workspace yet.', 'Run `moderato triage` first.');
  const chosen = withPreset(preset, { model, choice: {} });
  const method = wholeMethod(chosen.choice, false);
  const base = await chooseBase(places, chosen.model);
  const championModel = storedModel(store, places, champion);
  const duelling = new Duel(deps, { champion, model: championModel, decisions, enough: ENOUGH_AUDIT });
  const shares = new Shares(hooks.onProgress, duelling.parts);
  shares.say('Opening the model');
  await using session = await supervisor.open(
    {
      base,
      backend: 'auto',
      deterministic: false,
      calibrationFile: places.calibrationFile,
      ...(method.kind === 'gradient' && method.modules && { trains: method.modules }),
    },
    { signal: hooks.signal },
  );
  const setting: ChallengerSetting = {
    session,
    method,
    champion: championModel,
    labels: decisions.labels,
    neutral: decisions.neutral,
    replay: replayRows(places),
    checkpoint: { file: checkpointOf(store.path), key: checkpointKey(key) },
  };
  const curve = new Curve();
  const draw = (figures: Readonly<Record<string, number>>, share: number): void => {
    curve.add(figures, share);
    shares.training = curve.training;
  };
  // The job's own time is its name: after a crash it knows its checkpoint again.
  const trained = (part: string, rows: Decisions['learning'], whole: boolean) =>
    trainChallenger(
      setting,
      {
        rows,
        weak,
        name,
        run: `${hooks.since} ${part}`,
        ngrams: whole,
        source: whole ? { made: new Date().toISOString(), run: randomUUID() } : {},
      },
      {
        signal: hooks.signal,
        onProgress: shares.next(whole ? 'Training' : `Training to compare, ${part}`),
        ...(whole && { onFigures: draw }),
      },
    );
  const challenger = await trained('all', decisions.learning, true);
  curve.end(challenger.report['epochs']);
  shares.training = curve.training;
  const challengerModel = modelOf(challenger.adapter, base, name);
  const revision = await keep(deps, challengerModel, [...decisions.learning, ...weak]);
  const more = await moreDecisions(store, champion, decisions, session, hooks.signal);
  const judged = await duelling.fight(
    challengerModel,
    async (part, rows) => modelOf((await trained(part, rows, false)).adapter, base, name),
    { signal: hooks.signal, shares, regression: regressionRows(places) },
  );
  const { recommendation, because } = recommendationOf(judged.ranking, judged.regression);
  const opinions = { messages: weak.length, models: [...new Set(weak.map(({ model: said }) => said))].sort() };
  const comparison: Comparison = { recommendation, because, against: champion.id, opinions, ...judged };
  await deps.writer.write('keepComparison', { revision: revision.id, comparison });
  forgetCheckpoint(store.path);
  const f1 = challenger.report['devMacroF1'];
  return {
    revision: revision.id,
    name,
    labels: decisions.labels,
    train: challenger.learned,
    dev: challenger.dev,
    replayed: challenger.replayed,
    fromChampion: challenger.fromChampion,
    devMacroF1: typeof f1 === 'number' ? f1 : null,
    training: curve.training,
    comparison,
    more,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

function modelOf(adapterBytes: Uint8Array, base: string, adapterFile: string): ChosenModel {
  return { base, adapterBytes, adapterFile, adapter: decodeAdapter(adapterBytes, { source: adapterFile }) };
}

/** Keeps a challenger as a revision, with what it learned from: whoever erases some of that is told so. */
async function keep(
  { writer }: RetrainDeps,
  model: ChosenModel,
  learning: readonly (DecidedRow | WeakRow)[],
): Promise<Revision> {
  const revision = await writer.write('ensureRevision', newRevisionOf(model));
  const items = learning.map(({ item }) => item);
  for (let at = 0; at < items.length; at += NOTED_TOGETHER)
    await writer.write(
      'noteTrainedOn',
      { revision: revision.id, items: items.slice(at, at + NOTED_TOGETHER) },
      { urgent: false },
    );
  return revision;
}
