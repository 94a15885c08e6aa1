/** The functional audit of the model of the queue, on a person's own copy of the test suites. */
import type { z } from 'zod';
import type { FunctionalReport } from '../../contract/functional.ts';
import type { FunctionalStart } from '../../contract/jobs.ts';
import type { RunHooks } from '../../jobs/runner.ts';
import { chooseBase, chooseModel, type ChosenModel } from '../../models/choose.ts';
import type { Places } from '../../models/places.ts';
import { regressionRows } from '../../retrain/public-rows.ts';
import type { Store } from '../../store/store.ts';
import type { Supervisor } from '../../supervisor.ts';
import { openModel } from '../../triage/scoring.ts';
import { shownRevision } from '../../triage/shown.ts';
import { storedModel } from '../../triage/stored-model.ts';
import { verdictOf } from '../../triage/verdict.ts';
import { readSuites } from './cases.ts';
import { functionalFigures, readSuite, type ReadSuite, type ReadTexts } from './figures.ts';

export interface FunctionalDeps {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly places: Places;
}

/** @throws DeskError bad-input; ModelFileError, AdapterError, EngineCallError, EngineFailed; when the signal aborts */
export async function functionalJob(
  { store, supervisor, places }: FunctionalDeps,
  { path, adapter, model }: z.infer<typeof FunctionalStart>,
  { signal, onProgress }: RunHooks,
): Promise<FunctionalReport> {
  const began = performance.now();
  const { suites, skipped } = readSuites(path);
  const chosen = await modelFor(store, places, { adapter, model });
  onProgress({ doing: 'Opening the model', done: 0, total: null, unit: '' });
  await using session = await openModel(supervisor, places, chosen, { deterministic: false }, signal);
  const judge = chosen.adapter;
  let before = 0;
  const read: ReadTexts = async (texts) => {
    const progress = (done: number): void =>
      onProgress({ doing: 'Reading test cases', done: before + done, total: null, unit: 'texts' });
    const scored = await session.score(
      texts.map((text, i) => ({ key: String(i), text })),
      { signal, onProgress: progress },
    );
    before += texts.length;
    return scored.map((result) => {
      if (result.status !== 'scored') return null;
      const { label, score } = verdictOf(judge, result.probabilities);
      return { score, flagged: label !== null && label !== judge.neutralLabel };
    });
  };
  // What a challenger is tried on before it is recommended says nothing of it any more.
  const tried = new Set(regressionRows(places).map(({ text }) => text));
  const known: ReadSuite[] = [];
  for (const suite of suites) known.push(await readSuite(suite, read, tried));
  const figures = await functionalFigures(known, read);
  return {
    model: { name: judge.name, base: judge.base.name },
    figures,
    skipped: [...skipped],
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

/** What was named; else the model of the queue, and where there is none, the one that comes with the program. */
async function modelFor(
  store: Store,
  places: Places,
  choice: { readonly adapter?: string | undefined; readonly model?: string | undefined },
): Promise<ChosenModel> {
  const shown = shownRevision(store);
  if (choice.adapter !== undefined || shown === null) return await chooseModel(places, choice);
  const stored = storedModel(store, places, shown);
  return choice.model === undefined ? stored : { ...stored, base: await chooseBase(places, choice.model) };
}
