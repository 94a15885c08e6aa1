/** Trains a challenger on what was decided, with rows of public sets beside it, from where the champion is where that fits. */
import { canStartFrom } from '../../engine/train/start.ts';
import type { EngineSession } from '../engine/session.ts';
import type { ChosenModel } from '../models/choose.ts';
import { withDev, type DecidedRow } from './decisions.ts';
import { learnedLanguages } from './languages.ts';
import type { WholeMethod } from './method.ts';
import { chosenReplay, type ReplayRow } from './public-rows.ts';
import type { WeakRow } from './weak.ts';

export interface ChallengerSetting {
  /** of the base model, opened to train */
  readonly session: EngineSession;
  readonly method: WholeMethod;
  readonly champion: ChosenModel | null;
  readonly labels: readonly string[];
  readonly neutral: string;
  readonly replay: readonly ReplayRow[];
  readonly checkpoint: { readonly file: string; readonly key: Uint8Array };
}

export interface Wanted {
  readonly rows: readonly DecidedRow[];
  /** a larger model's word, learned from and never picked by */
  readonly weak: readonly WeakRow[];
  readonly name: string;
  /** names this very training, so that it goes on from its checkpoint in another engine */
  readonly run: string;
  /** also trains the n-grams that travel with an adapter */
  readonly ngrams: boolean;
  readonly source: Readonly<Record<string, string | number>>;
}

export interface Challenger {
  readonly adapter: Uint8Array;
  readonly report: Readonly<Record<string, unknown>>;
  readonly learned: number;
  readonly dev: number;
  readonly replayed: number;
  /** it went on from the champion */
  readonly fromChampion: boolean;
}

export interface ChallengerHooks {
  readonly signal: AbortSignal;
  /** @param share of this training that is done */
  readonly onProgress: (share: number) => void;
  /** what the engine says of its steps, before `onProgress` is called */
  readonly onFigures?: (figures: Readonly<Record<string, number>>, share: number) => void;
}

/** @throws EngineCallError, EngineFailed */
export async function trainChallenger(
  { session, method, champion, labels, neutral, replay, checkpoint }: ChallengerSetting,
  { rows, weak, name, run, ngrams, source }: Wanted,
  { signal, onProgress, onFigures }: ChallengerHooks,
): Promise<Challenger> {
  const { train, dev } = withDev(rows);
  const languages = learnedLanguages(rows.map(({ language }) => language));
  const [other, ...more] = labels.filter((label) => label !== neutral);
  const replayed = chosenReplay(replay, { decisions: train.length, languages, both: more.length === 0 });
  const own = ({ item, text, label }: DecidedRow | WeakRow) => ({
    key: String(item),
    text,
    labels: [labels.indexOf(label)],
  });
  const shared = ({ id, text, label }: ReplayRow) => ({
    key: id,
    text,
    labels: [labels.indexOf(label === 'fine' ? neutral : (other ?? neutral))],
  });
  const start = champion !== null && method.kind === 'gradient' && startsFrom(champion, session, method);
  const { adapter, report } = await session.train(
    {
      labels,
      task: 'exclusive',
      train: [...train.map(own), ...weak.map(own), ...replayed.map(shared)],
      dev: dev.map(own),
      options: {
        name,
        neutralLabel: neutral,
        method,
        ...(start && { start: champion.adapterBytes }),
        ...(method.kind === 'gradient' && { checkpoint: { ...checkpoint, resume: false, run } }),
        ngrams,
        languages,
        source: {
          ...source,
          decisions: rows.length,
          weak: weak.length,
          replayed: replayed.length,
          from_champion: start,
        },
      },
    },
    {
      signal,
      onProgress: ({ done, total, unit, figures }) => {
        if (unit !== 'steps' || total === 0) return;
        if (figures !== undefined) onFigures?.(figures, done / total);
        onProgress(done / total);
      },
    },
  );
  return { adapter, report, learned: train.length, dev: dev.length, replayed: replayed.length, fromChampion: start };
}

function startsFrom(
  { adapter }: ChosenModel,
  { info }: EngineSession,
  { modules, training }: Extract<WholeMethod, { kind: 'gradient' }>,
): boolean {
  const { base, depth, pooling } = info;
  return canStartFrom(adapter, {
    base: base.sha256,
    depth,
    pooling,
    instruction: '',
    modules,
    hidden: training.hidden,
  });
}
