/** Training on what was decided, as a job: what comes of it is a revision, which nobody has to use. */
import { hkdfSync, randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import type { z } from 'zod';
import { decodeAdapter } from '../../engine/adapter/file.ts';
import type { TrainStart } from '../contract/jobs.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { chooseBase } from '../models/choose.ts';
import type { Places } from '../models/places.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../supervisor.ts';
import { newRevisionOf } from '../triage/scoring.ts';
import type { WriterClient } from '../writer/client.ts';
import { learningSet, type LearningRow } from './decisions.ts';
import { learnedLanguages } from './languages.ts';
import { wholeMethod } from './method.ts';
import { withPreset } from './presets.ts';

export interface TrainDeps {
  readonly store: Store;
  readonly writer: WriterClient;
  readonly supervisor: Supervisor;
  readonly places: Places;
  /** of the workspace */
  readonly key: Uint8Array;
}

export interface TrainReport {
  readonly revision: number;
  readonly name: string;
  readonly labels: readonly string[];
  /** rows that it learned from, and on which the best epoch was picked */
  readonly train: number;
  readonly dev: number;
  readonly devMacroF1: number | null;
}

/** Items of one write. */
const NOTED_TOGETHER = 500;

/** Where a training is kept after every epoch: beside the workspace, under a key of its own that the workspace holds. */
export const checkpointOf = (path: string): string => `${path}-training`;

/**
 * Goes on from the last whole epoch where an earlier run of the same training was cut off.
 * @throws DeskError where too little was decided; ModelFileError, EngineCallError, EngineFailed, WorkspaceError
 */
export async function trainJob(
  { store, writer, supervisor, places, key }: TrainDeps,
  { preset, name }: z.infer<typeof TrainStart>,
  { signal, onProgress, since }: RunHooks,
): Promise<TrainReport> {
  const { labels, neutral, train, dev } = learningSet(store);
  const chosen = withPreset(preset, { choice: {} });
  const method = wholeMethod(chosen.choice, false);
  const base = await chooseBase(places, chosen.model);
  onProgress({ doing: 'Opening the model', done: 0, total: null, unit: '' });
  await using session = await supervisor.open(
    {
      base,
      backend: 'auto',
      deterministic: false,
      calibrationFile: places.calibrationFile,
      ...(chosen.depth !== undefined && { depth: chosen.depth }),
      ...(method.kind === 'gradient' && method.modules && { trains: method.modules }),
    },
    { signal },
  );
  const rowsOf = (rows: readonly LearningRow[]) =>
    rows.map(({ item, text, label }) => ({ key: String(item), text, labels: [labels.indexOf(label)] }));
  const file = checkpointOf(store.path);
  const secret = new Uint8Array(hkdfSync('sha256', key, '', 'training checkpoint', 32));
  const { adapter, report } = await session.train(
    {
      labels,
      task: 'exclusive',
      train: rowsOf(train),
      dev: rowsOf(dev),
      options: {
        name,
        neutralLabel: neutral,
        method,
        ...(method.kind === 'gradient' && {
          // The job's own time is its name: after a crash it knows its checkpoint again.
          checkpoint: { file, resume: false, run: String(since), key: secret },
        }),
        ngrams: true,
        // As they were told apart when they were imported.
        languages: learnedLanguages(train.map(({ item }) => store.items.get(item)?.language ?? '')),
        source: { decisions: train.length + dev.length, made: new Date().toISOString(), run: randomUUID() },
      },
    },
    {
      signal,
      onProgress: ({ done, total, unit, secondsLeft: _ }) => onProgress({ doing: 'Training', done, total, unit }),
    },
  );
  const decoded = decodeAdapter(adapter, { source: name });
  const revision = await writer.write(
    'ensureRevision',
    newRevisionOf({ base, adapterFile: name, adapterBytes: adapter, adapter: decoded }),
  );
  const items = [...train, ...dev].map(({ item }) => item);
  for (let at = 0; at < items.length; at += NOTED_TOGETHER)
    await writer.write(
      'noteTrainedOn',
      { revision: revision.id, items: items.slice(at, at + NOTED_TOGETHER) },
      { urgent: false },
    );
  forgetCheckpoint(store.path);
  const f1 = report['dev_macro_f1'];
  return {
    revision: revision.id,
    name,
    labels,
    train: train.length,
    dev: dev.length,
    devMacroF1: typeof f1 === 'number' ? f1 : null,
  };
}

/** Nothing of a training is left once nobody will go on with it. */
export function forgetCheckpoint(path: string): void {
  const file = checkpointOf(path);
  if (existsSync(file)) rmSync(file);
}
