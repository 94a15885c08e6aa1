/**
 * Whether a model that first adapts to the language of an import's own unlabelled messages learns more from 300 decisions:
 * causal-LM LoRA in PyTorch, an experiment about something that the program does not have. Beside it the model as it comes, and
 * as a control one that adapted to another community's messages with as many steps. Each run is kept as it ends.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { wholeMethod } from '../desk/retrain/method.ts';
import type { ModuleSettings } from '../engine/adapter/methods.ts';
import type { TrainingOptions } from '../engine/train/options.ts';
import { keyOf } from './ablation/ledger.ts';
import { UsageError, type Bench, type Figure } from './figure.ts';
import { communities, COMMUNITIES, type Community } from './language/communities.ts';
import { gainOf, isKept, metricOf, type Gain, type Metric } from './language/verdict.ts';
import { LanguageLearner, type LanguageLoad } from './peers/language.ts';
import { findPython, PEFT } from './peers/python.ts';
import { QUIET, watched } from './timing.ts';

const RESULTS = path.join(import.meta.dirname, '../.cache/language.jsonl');
const MODEL = path.join(import.meta.dirname, '../native-models/SmolLM2-135M-Instruct.Q4_1.gguf');
const ARMS = ['none', 'own', 'other'] as const;
type Arm = (typeof ARMS)[number];
const SEEDS = 3;
/** Held-out texts on which the loss of the next token is taken. */
const LOSS_TEXTS = 200;

const Adaptation = z.strictObject({
  /** of the steps */
  seconds: z.number(),
  tokens: z.int(),
  /** share of the processor that other programs had meanwhile; null where the system does not say */
  others: z.number().nullable(),
});
type Adaptation = z.infer<typeof Adaptation>;

const Run = z.strictObject({
  key: z.string(),
  community: z.string(),
  seed: z.int(),
  arm: z.enum(ARMS),
  /** null where nothing is adapted */
  adaptation: Adaptation.nullable(),
  /** nats for each next token of the community's held-out texts */
  loss: z.number(),
  /** of label 1, for each held-out text */
  probabilities: z.array(z.number()),
});
type Run = z.infer<typeof Run>;

const bench: Bench = async ({ data, tables, seeds, scale, results, say }) => {
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const unknown = tables.filter((name) => !COMMUNITIES.some((known) => known === name));
  if (unknown.length > 0)
    throw new UsageError(`There is no community ${unknown.join()}; there are ${COMMUNITIES.join()}.`);
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
  const file = results ?? RESULTS;
  const known = knownRuns(file);
  const all = communities(data, scale);
  const wanted = all.filter(({ name }) => tables.length === 0 || tables.includes(name));
  const drawn = seeds.length > 0 ? seeds : Array.from({ length: SEEDS }, (_, seed) => seed);
  const runs: Run[] = [];
  for (const seed of drawn) {
    // One community's own adaptation is another one's control.
    const adaptations = new Map<string, Adaptation>();
    for (const community of wanted)
      for (const arm of ARMS) {
        const key = keyOf({ ...setting, model: path.basename(MODEL), scale, community: community.name, seed, arm });
        let run = known.get(key);
        if (run === undefined) {
          run = { key, ...(await measured(learner, all, community, arm, seed, adaptations)) };
          appendFileSync(file, `${JSON.stringify(run)}\n`);
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
  const source = arm === 'none' ? null : arm === 'own' ? name : other;
  let adaptation: Adaptation | null = null;
  if (source !== null) {
    const texts = all.find((one) => one.name === source)?.parts(seed).unlabelled ?? [];
    adaptation = adaptations.get(source) ?? (await adapted(learner, source, texts, options));
    adaptations.set(source, adaptation);
  }
  const texts = held.map(({ text }) => text);
  return {
    community: name,
    seed,
    arm,
    adaptation,
    loss: await learner.loss(source, texts.slice(0, LOSS_TEXTS)),
    probabilities: [...(await learner.classify(source, parts(seed).decided, texts, options))],
  };
}

async function adapted(
  learner: LanguageLearner,
  name: string,
  texts: readonly string[],
  options: TrainingOptions,
): Promise<Adaptation> {
  const { value, others } = await watched(learner.pid, () => learner.adapt(name, texts, { ...options, epochs: 1 }));
  return { ...value, others };
}

function figuresOf(wanted: readonly Community[], runs: readonly Run[], settings: string): readonly Figure[] {
  const gains: Gain[] = [];
  const figures = wanted.flatMap(({ name, held }) => {
    const labels = held.map(({ label }) => label);
    const own = (arm: Arm): readonly Run[] => runs.filter((run) => run.community === name && run.arm === arm);
    const gain = (metric: Metric, before: Arm, after: Arm): Gain =>
      gainOf(
        metric,
        labels,
        own(before).map(({ probabilities }) => probabilities),
        own(after).map(({ probabilities }) => probabilities),
      );
    const auroc = gain('auroc', 'none', 'own');
    gains.push(auroc);
    const loss = (arm: Arm): number => mean(own(arm).map((run) => run.loss));
    const seeds = `mean of ${own('none').length} seeds`;
    const prefix = `language.${name}`;
    return [
      ...gainFigures(`${prefix}.auroc`, `AUROC, ${seeds}`, 'no adaptation', auroc),
      ...gainFigures(`${prefix}.auroc.other`, `AUROC, ${seeds}`, 'no adaptation', gain('auroc', 'none', 'other')),
      ...gainFigures(`${prefix}.auroc.beyond_other`, `AUROC, ${seeds}`, OTHER, gain('auroc', 'other', 'own')),
      ...gainFigures(`${prefix}.macro_f1`, `macro-F1, ${seeds}`, 'no adaptation', gain('macroF1', 'none', 'own')),
      ...gainFigures(
        `${prefix}.macro_f1.other`,
        `macro-F1, ${seeds}`,
        'no adaptation',
        gain('macroF1', 'none', 'other'),
      ),
      compared(`${prefix}.loss`, loss('own'), 'nats for a next token', 'no adaptation', loss('none')),
      compared(`${prefix}.loss.other`, loss('other'), 'nats for a next token', 'no adaptation', loss('none')),
      alone(
        `${prefix}.seconds`,
        mean(own('own').flatMap(({ adaptation }) => adaptation?.seconds ?? [])),
        `s to adapt, ${settings}`,
      ),
    ];
  });
  const count = `of ${gains.length} communities`;
  return [
    ...figures,
    alone('language.better', gains.filter(({ low }) => low > 0).length, count),
    alone('language.worse', gains.filter(({ high }) => high < 0).length, count),
    alone('language.kept', isKept(gains) ? 1 : 0, '1: kept'),
  ];
}

const OTHER = "adapted to another community's messages";

/** The figure, and its difference from the peer's with the 95% interval. */
function gainFigures(name: string, unit: string, peer: string, gain: Gain): readonly Figure[] {
  return [
    compared(name, gain.after, unit, peer, gain.before),
    alone(`${name}.gain`, gain.after - gain.before, 'difference'),
    alone(`${name}.gain.low`, gain.low, '2.5% of the resamples below'),
    alone(`${name}.gain.high`, gain.high, '2.5% above'),
  ];
}

const compared = (name: string, value: number, unit: string, peer: string, peer_value: number): Figure => ({
  ...alone(name, value, unit),
  peer,
  peer_value,
});

const alone = (name: string, value: number, unit: string): Figure => ({
  name,
  value,
  unit,
  peer: null,
  peer_value: null,
  ratio: null,
});

function knownRuns(file: string): ReadonlyMap<string, Run> {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  if (!existsSync(file)) return new Map();
  // A last line that was cut off is made anew.
  const lines = readFileSync(file, 'utf8').split('\n');
  const runs = lines.flatMap((line) => (line.endsWith('}') ? [Run.parse(JSON.parse(line))] : []));
  return new Map(runs.map((run) => [run.key, run]));
}

function inWords({ seed, arm, adaptation, loss, probabilities }: Run, { name, other, held }: Community): string {
  const labels = held.map(({ label }) => label);
  const to = arm === 'own' ? name : other;
  const busy = (adaptation?.others ?? 0) > QUIET ? ', disturbed' : '';
  const how = adaptation === null ? 'as it comes' : `adapted to ${to} (${adaptation.seconds.toFixed(0)} s${busy})`;
  return `${name}, seed ${seed}, ${how}: AUROC ${metricOf('auroc', labels, probabilities).toFixed(3)}, loss ${loss.toFixed(2)}`;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
