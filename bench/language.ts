/**
 * Whether a model that first adapts to the language of an import's own unlabelled messages learns more from 300 decisions:
 * causal-LM LoRA in PyTorch, an experiment about something that the program does not have. Beside it the model as it comes, and
 * as a control one that adapted to another community's messages with as many steps. Each run is kept as it ends.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { wholeMethod } from '../desk/retrain/method.ts';
import type { ModuleSettings } from '../engine/adapter/methods.ts';
import type { TrainingOptions } from '../engine/train/options.ts';
import { keyOf } from './ablation/ledger.ts';
import { UsageError, wantedOf, type Bench } from './figure.ts';
import { communities, COMMUNITIES, type Community } from './language/communities.ts';
import { figuresOf, inWords } from './language/report.ts';
import { ARMS, Runs, type Adaptation, type Arm, type Run } from './language/runs.ts';
import { LanguageLearner, type LanguageLoad } from './peers/language.ts';
import { findPython, PEFT } from './peers/python.ts';
import { watched } from './timing.ts';

const RESULTS = path.join(import.meta.dirname, '../.cache/language.jsonl');
const MODEL = path.join(import.meta.dirname, '../native-models/SmolLM2-135M-Instruct.Q4_1.gguf');
const SEEDS = 3;
/** Held-out texts on which the loss of the next token is taken. */
const LOSS_TEXTS = 200;

const bench: Bench = async ({ data, peers, tables, seeds, scale, results, say }) => {
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const named: readonly string[] = wantedOf(tables, COMMUNITIES, 'community');
  const python = findPython(PEFT);
  if (python === null) throw new UsageError(`No Python here has ${PEFT.join(', ')}: name one that has in PYTHON.`);
  const { modules } = method();
  const setting: LanguageLoad = {
    model: MODEL,
    depth: 8,
    tokens: 64,
    threads: availableParallelism(),
    modules,
    dtype: 'bf16',
  };
  using learner = await LanguageLearner.start(python, setting);
  say(learner.settings);
  const known = new Runs(results ?? RESULTS);
  const all = communities(data, scale);
  const wanted = all.filter(({ name }) => named.includes(name));
  const drawn = seeds.length > 0 ? seeds : Array.from({ length: SEEDS }, (_, seed) => seed);
  // To predict the next token behind all layers takes more than twice as long.
  const arms = ARMS.filter((arm) => arm !== 'whole' || peers.includes('whole'));
  const runs: Run[] = [];
  for (const seed of drawn) {
    // One community's own adaptation is another one's control.
    const adaptations = new Map<string, Adaptation>();
    for (const community of wanted)
      for (const arm of arms) {
        const key = keyOf({ ...setting, model: path.basename(MODEL), scale, community: community.name, seed, arm });
        let run = known.get(key);
        if (run === undefined) {
          run = { key, ...(await measured(learner, all, community, arm, seed, adaptations)) };
          known.add(run);
        }
        say(inWords(run, community));
        runs.push(run);
      }
  }
  return figuresOf(wanted, runs, learner.settings);
};
export default bench;

/** LoRA with all defaults of the program. */
function method(): { readonly modules: ModuleSettings; readonly options: TrainingOptions } {
  const whole = wholeMethod({ method: 'lora' });
  if (whole.kind !== 'gradient' || whole.modules === null) throw new RangeError('LoRA has modules');
  return { modules: whole.modules, options: whole.training };
}

async function measured(
  learner: LanguageLearner,
  all: readonly Community[],
  { name, other, held, parts }: Community,
  arm: Arm,
  seed: number,
  adaptations: Map<string, Adaptation>,
): Promise<Omit<Run, 'key'>> {
  const options = { ...method().options, seed };
  const whole = arm === 'whole';
  const community = arm === 'other' ? other : name;
  const source = arm === 'none' ? null : whole ? `${name}.whole` : community;
  let adaptation: Adaptation | null = null;
  if (source !== null) {
    const texts = all.find((one) => one.name === community)?.parts(seed).unlabelled ?? [];
    adaptation = adaptations.get(source) ?? (await adapted(learner, source, whole, texts, options));
    adaptations.set(source, adaptation);
  }
  const texts = held.map(({ text }) => text);
  const first = texts.slice(0, LOSS_TEXTS);
  return {
    community: name,
    seed,
    arm,
    adaptation,
    loss: await learner.loss(source, whole, first),
    lossBefore: whole ? await learner.loss(null, true, first) : null,
    probabilities: [...(await learner.classify(source, parts(seed).decided, texts, options))],
  };
}

async function adapted(
  learner: LanguageLearner,
  name: string,
  whole: boolean,
  texts: readonly string[],
  options: TrainingOptions,
): Promise<Adaptation> {
  const once = { ...options, epochs: 1 };
  const { value, others } = await watched(learner.pid, () => learner.adapt(name, whole, texts, once));
  return { ...value, others };
}
