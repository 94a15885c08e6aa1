/**
 * How fast adapters are trained: our engine beside PyTorch with PEFT, on the same texts, weights and options, timed in turn.
 * A rate counts the steps alone; that both learn the same is shown by their macro-F1 on the test part.
 */
import path from 'node:path';
import { wholeMethod, type MethodChoice } from '../desk/retrain/method.ts';
import { faster, smaller, type Bench, type BenchOptions, type Figure } from './figure.ts';
import { peakMegabytes, resetPeak } from './memory.ts';
import * as peers from './peers/candidates.ts';
import { PEFT, wantedPython } from './peers/python.ts';
import type { Trainee, TrainingSetting } from './peers/training.ts';
import { labelledTexts, type LabelledTexts } from './texts.ts';
import { disturbed, race, type Timed } from './timing.ts';

const MODELS = path.join(import.meta.dirname, '../native-models');
const SMOLLM2 = path.join(MODELS, 'SmolLM2-135M-Instruct.Q4_1.gguf');
const MINILM = path.join(MODELS, 'all-MiniLM-L6-v2.F16.gguf');
const ROUNDS = 3;
/** Texts of one timed epoch. */
const TIMED = 512;
/** Settings are tried on at most so many. */
const TUNED_ON = 128;
/** Texts that show what is learned. */
const LEARNED = { train: 2048, dev: 512, test: 1024 } as const;
const EPOCHS = 3;
/** Labelled messages of one evening. */
const PRESET = 300;
/** Fewer texts than this say nothing. */
const LEAST = 64;

/** What all comparisons share. */
interface Setting {
  readonly options: BenchOptions;
  /** null: no peer */
  readonly python: string | null;
  readonly texts: LabelledTexts;
}

/** One task, for our engine and for its peer. */
interface Task {
  /** of its figures */
  readonly name: string;
  readonly ours: Trainee;
  readonly peer: Trainee | null;
}

const bench: Bench = async (options) => {
  const texts = labelledTexts(options.data, {
    train: scaled(options, LEARNED.train),
    dev: scaled(options, LEARNED.dev),
    test: scaled(options, LEARNED.test),
  });
  const setting: Setting = { options, python: wantedPython(options, 'torch', PEFT), texts };
  return [...(await smollm2(setting)), ...(await minilm(setting)), ...(await preset(setting))];
};
export default bench;

async function smollm2(setting: Setting): Promise<Figure[]> {
  using owner = new DisposableStack();
  const base = { model: SMOLLM2, depth: 8 };
  const lora = await started(setting, 'train.smollm2_depth8', base, { method: 'lora' }, owner);
  const gated = await started(setting, 'train.smollm2_depth8.ds_lora', base, { method: 'ds-lora' }, owner);
  const seconds = await epochSeconds(setting, [lora, gated]);
  return [
    ...rates(setting, [lora, gated], seconds),
    ...(await learned(setting, [lora, gated])),
    ...(await gateCost(setting, lora.ours, gated.ours, seconds)),
    ...(await peakMemory(setting, lora)),
  ];
}

async function minilm(setting: Setting): Promise<Figure[]> {
  using owner = new DisposableStack();
  const choice: MethodChoice = { method: 'lora', targets: ['attn_q', 'attn_v', 'ffn_up', 'ffn_down'] };
  const task = await started(setting, 'train.minilm', { model: MINILM }, choice, owner);
  return [...rates(setting, [task], await epochSeconds(setting, [task])), ...(await learned(setting, [task]))];
}

/** What a moderator waits for: all defaults on the default base, with the looks at dev, without opening the model. */
async function preset(setting: Setting): Promise<Figure[]> {
  using owner = new DisposableStack();
  const choice: MethodChoice = { method: 'ds-lora' };
  const name = 'train.preset_300x3';
  const { ours, peer } = await started(setting, name, { model: MINILM }, choice, owner);
  const { epochs } = methodOf(choice).options;
  const rows = scaled(setting.options, PRESET);
  const seconds = await raced(setting, both({ ours, peer }), (program) => async () => {
    const start = performance.now();
    await program.train({ rows, epochs, evaluates: true });
    return { seconds: (performance.now() - start) / 1000 };
  });
  const value = (program: Trainee): number => seconds.get(program) ?? NaN;
  const rival = peer ? { name: peer.settings, value: value(peer) } : undefined;
  return [smaller(name, value(ours), `s for ${rows} texts × ${epochs}`, rival)];
}

/** Starts our engine and, where there is a Python, its peer; they end with `owner`. */
async function started(
  { options, python, texts }: Setting,
  name: string,
  base: Pick<TrainingSetting, 'model' | 'depth'>,
  choice: MethodChoice,
  owner: DisposableStack,
): Promise<Task> {
  const { labels, parts } = texts;
  const load = { ...base, ...methodOf(choice), labels, parts };
  const tunedOn = Math.min(TUNED_ON, parts.train.length);
  const add = async (candidates: readonly peers.Candidate[]): Promise<Trainee> => {
    const program = owner.use(await peers.fastestTrainee(candidates, load, tunedOn));
    options.say(`  ${program.settings}`);
    return program;
  };
  options.say(`${name}, ${texts.name}`);
  const ours = await add(peers.moderatoTraining);
  return { name, ours, peer: python === null ? null : await add(peers.torchTraining(python)) };
}

/** The program's defaults around what is chosen; no early end, so that all do as many epochs. */
function methodOf(choice: MethodChoice): Pick<TrainingSetting, 'modules' | 'options'> {
  const method = wholeMethod(choice);
  if (method.kind !== 'gradient' || !method.modules) throw new RangeError(`${choice.method} adds no modules`);
  return { modules: method.modules, options: { ...method.training, patience: method.training.epochs } };
}

/** Seconds of one epoch, of the steps alone. */
const epochSeconds = (setting: Setting, tasks: readonly Task[]): Promise<ReadonlyMap<Trainee, number>> =>
  raced(setting, tasks.flatMap(both), (program) => () => program.run(scaled(setting.options, TIMED)));

function rates(setting: Setting, tasks: readonly Task[], seconds: ReadonlyMap<Trainee, number>): Figure[] {
  return tasks.map(({ name, ours, peer }) => {
    const tokens = ours.tokens.slice(0, scaled(setting.options, TIMED)).reduce((sum, n) => sum + n, 0);
    const rate = (program: Trainee): number => tokens / (seconds.get(program) ?? NaN);
    return faster(name, rate(ours), 'tok/s', peer ? { name: peer.settings, value: rate(peer) } : undefined);
  });
}

/** Macro-F1 on test of the epoch that is best on dev. */
async function learned({ texts }: Setting, tasks: readonly Task[]): Promise<Figure[]> {
  const rows = texts.parts.train.length;
  const macroF1 = async (program: Trainee): Promise<number> =>
    (await program.train({ rows, epochs: EPOCHS, evaluates: true })).test?.macroF1 ?? NaN;
  const figures: Figure[] = [];
  for (const { name, ours, peer } of tasks)
    figures.push({
      name: `${name}.macro_f1`,
      value: await macroF1(ours),
      unit: `macro-F1 after ${rows} texts × ${EPOCHS}`,
      peer: peer?.settings ?? null,
      peer_value: peer && (await macroF1(peer)),
      ratio: null,
    });
  return figures;
}

/** Seconds with gates by seconds of plain LoRA, in training and in scoring. */
async function gateCost(
  setting: Setting,
  lora: Trainee,
  gated: Trainee,
  training: ReadonlyMap<Trainee, number>,
): Promise<Figure[]> {
  const rows = scaled(setting.options, TIMED);
  const scoring = await raced(setting, [lora, gated], (program) => () => program.score(rows));
  const cost = (name: string, seconds: ReadonlyMap<Trainee, number>): Figure =>
    smaller(name, (seconds.get(gated) ?? NaN) / (seconds.get(lora) ?? NaN), 'times the seconds of LoRA', {
      name: lora.settings,
      value: 1,
    });
  return [cost('train.ds_lora_cost', training), cost('train.ds_lora_cost.score', scoring)];
}

/** Most memory that one epoch took, of the whole process. */
async function peakMemory({ options }: Setting, { ours, peer }: Task): Promise<Figure[]> {
  const peak = async (program: Trainee): Promise<number | null> => {
    resetPeak(program.pid);
    await program.run(scaled(options, TIMED));
    return peakMegabytes(program.pid);
  };
  const value = await peak(ours);
  const theirs = peer && (await peak(peer));
  if (value === null) return [];
  const rival = peer && theirs !== null ? { name: peer.settings, value: theirs } : undefined;
  return [smaller('train.peak_memory', value, 'MB', rival)];
}

/** Median seconds of each program, timed in turn. */
async function raced(
  { options }: Setting,
  programs: readonly Trainee[],
  run: (program: Trainee) => Timed['run'],
): Promise<ReadonlyMap<Trainee, number>> {
  const timed = programs.map((program): Timed => ({ pid: program.pid, run: run(program) }));
  const results = await race(timed, 1, ROUNDS);
  return new Map(
    programs.map((program, i) => {
      const result = results[i] ?? { seconds: NaN, others: null };
      const warning = disturbed(result, program.settings);
      if (warning !== null) options.say(warning);
      return [program, result.seconds];
    }),
  );
}

const both = ({ ours, peer }: Pick<Task, 'ours' | 'peer'>): readonly Trainee[] => (peer ? [ours, peer] : [ours]);

const scaled = ({ scale }: BenchOptions, count: number): number => Math.max(LEAST, Math.round(count * scale));
