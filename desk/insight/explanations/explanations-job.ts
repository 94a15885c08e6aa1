/** Whether the explanations are true here: of the model of the queue, on this workspace's own messages. */
import { seededRandom } from '../../../engine/train/random.ts';
import type { ExplanationsReport } from '../../contract/explanations.ts';
import { DeskError } from '../../errors.ts';
import type { RunHooks } from '../../jobs/runner.ts';
import type { Places } from '../../models/places.ts';
import type { LiveQueue } from '../../queue/live-queue.ts';
import type { Store } from '../../store/store.ts';
import type { Supervisor } from '../../supervisor.ts';
import { explainText, type ExplainedWord } from '../../triage/explain.ts';
import { MOST_TOKENS } from '../../triage/explainer.ts';
import { openModel } from '../../triage/scoring.ts';
import { storedModel } from '../../triage/stored-model.ts';
import { verdictOf } from '../../triage/verdict.ts';
import { explanationFigures, LEAST_MESSAGES } from './figures.ts';
import { plantedWords, triggersOf } from './planted.ts';
import { drawTexts } from './sample.ts';
import { tryExplanation, type Tried } from './tried.ts';

export interface ExplanationsDeps {
  readonly store: Store;
  readonly supervisor: Supervisor;
  readonly places: Places;
  /** with its columns read */
  readonly queue: Pick<LiveQueue, 'model' | 'columns'>;
}

/** Flagged messages that are explained, and harmless ones that a word is planted into. */
const MOST = 40;
/** Of the draws: flagged messages, harmless ones, orders of words and places of planted ones. */
const SEEDS = { flagged: 1, harmless: 2, orders: 3 } as const;

/** @throws DeskError nothing-to-do; ModelFileError, AdapterError, EngineCallError, EngineFailed; when the signal aborts */
export async function explanationsJob(
  { store, supervisor, places, queue }: ExplanationsDeps,
  { signal, onProgress }: RunHooks,
): Promise<ExplanationsReport> {
  const began = performance.now();
  const { model, columns } = queue;
  if (model === null) throw new DeskError('nothing-to-do', 'No model has read this workspace yet.', 'Score it first.');
  const { revision, threshold } = model;
  const isFlagged = (score: number): boolean => score >= threshold;
  const flagged = await drawTexts(columns, store, isFlagged, MOST, SEEDS.flagged, signal);
  if (flagged.length < LEAST_MESSAGES) throw tooFew(flagged.length);
  const harmless = await drawTexts(columns, store, (score) => !isFlagged(score), MOST, SEEDS.harmless, signal);

  onProgress({ doing: 'Opening the model', done: 0, total: null, unit: '' });
  const chosen = storedModel(store, places, revision);
  const judge = chosen.adapter;
  // As explanations are made for people: from the weight layout of the scores, and with as many reads.
  const options = { deterministic: false, layout: store.revisions.layout(revision.id) };
  await using session = await openModel(supervisor, places, chosen, options, signal);
  const scoresOf = async (texts: readonly string[]): Promise<readonly (number | null)[]> => {
    const scored = await session.score(
      texts.map((text, i) => ({ key: String(i), text })),
      { signal },
    );
    return scored.map((one) => (one.status === 'scored' ? verdictOf(judge, one.probabilities).score : null));
  };
  const explained = (text: string) => explainText(session, judge, text, { mostTokens: MOST_TOKENS, signal });

  let done = 0;
  let total = flagged.length + harmless.length;
  const progress = (more: number): void => {
    done += more;
    onProgress({ doing: 'Testing the explanations', done, total, unit: 'messages' });
  };
  progress(0);
  const random = seededRandom(SEEDS.orders);
  const tried: Tried[] = [];
  const named: (readonly ExplainedWord[])[] = [];
  for (const text of flagged) {
    const { score, words } = await explained(text);
    // Explanations are of the text as it stands; a message may be flagged for what its spelling hid alone.
    const one = isFlagged(score) ? await tryExplanation(scoresOf, text, words, random) : null;
    if (one !== null) {
      tried.push(one);
      named.push(words);
    }
    progress(1);
  }
  if (tried.length < LEAST_MESSAGES) throw tooFew(tried.length);
  const planted = await plantedWords(
    {
      flags: async (texts) => (await scoresOf(texts)).map((score) => (score === null ? null : isFlagged(score))),
      onTurned: (messages) => {
        total = flagged.length + messages;
      },
      explain: async (text) => {
        const { words } = await explained(text);
        progress(1);
        return words;
      },
    },
    harmless,
    triggersOf(named),
    random,
  );
  return {
    model: { revision: revision.id, name: judge.name, base: judge.base.name },
    figures: explanationFigures(tried, planted),
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

const tooFew = (messages: number): DeskError =>
  new DeskError(
    'nothing-to-do',
    `Flagged messages of four words or more: ${messages}. The test takes at least ${LEAST_MESSAGES}.`,
    'Import more, or have the model read what it has not read yet.',
  );
