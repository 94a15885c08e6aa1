import { basename } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Adapter, TrainedModules } from '../adapter/adapter.ts';
import { assertBase, assertFits, decodeAdapter } from '../adapter/file.ts';
import type { GateRates } from '../adapter/gate-rates.ts';
import { modulesOf, type ModuleSettings } from '../adapter/methods.ts';
import { Parameters } from '../adapter/parameters.ts';
import { Backend, BackendError } from '../ggml/backend.ts';
import { chooseAccelerator, verdictsBeside } from '../ggml/choose.ts';
import { driverName } from '../ggml/driver.ts';
import type { Accelerator } from '../ggml/library.ts';
import { readGguf } from '../ggml/gguf/read.ts';
import { laneCount, Lanes } from '../ggml/lanes.ts';
import type { Pooling } from '../model/blocks/pooling.ts';
import { readHyperparameters, type Hyperparameters } from '../model/hyperparameters.ts';
import { EXACT, findLayout, layoutName } from '../model/layout.ts';
import { fileSha256 } from '../model/file-hash.ts';
import { Model } from '../model/model.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import { calibrate, type Calibration, type CalibrationInput } from './calibration.ts';
import { probabilities } from './head.ts';
import { pooledStates, type Reader } from './pooled-states.ts';

export interface OpenOptions {
  /** path of the base model's GGUF */
  readonly base: string;
  /** bytes of an adapter file; without one there are states, but no scores */
  readonly adapter?: Uint8Array;
  readonly backend: Accelerator | 'auto';
  /** exit depth; default: the adapter's, else all layers */
  readonly depth?: number;
  /** default: the adapter's, else mean */
  readonly pooling?: Pooling;
  /** put before every text where there is no adapter; an adapter brings its own */
  readonly instruction?: string;
  /** F32, one text per graph: bit for bit the same, whatever stands beside a text */
  readonly deterministic: boolean;
  /** graphs side by side, each on one thread; default: one a core */
  readonly threads?: number;
  /** layout by name instead of the measured one (`q8_0+AMX`) */
  readonly layout?: string;
  /** layout of the scores beside which these will stand; taken, unmeasured, where this machine has it */
  readonly pinnedLayout?: string;
  readonly calibrationFile?: string;
  /** a window is in front: leave a core to it */
  readonly foreground?: boolean;
  /** the session trains such modules, for which the model is loaded with what their backward pass needs */
  readonly trains?: ModuleSettings;
}

export interface SessionInfo {
  readonly backend: string;
  /** of a GPU, with its version, where the system says it */
  readonly driver?: string;
  readonly layout: string;
  readonly threads: number;
  readonly depth: number;
  /** numbers in a pooled state */
  readonly width: number;
  readonly pooling: Pooling;
  readonly labels: readonly string[];
  readonly base: { readonly name: string; readonly sha256: string; readonly architecture: string };
  /** longer texts are not read */
  readonly maxTokens: number;
}

export interface Item {
  readonly key: string;
  readonly text: string;
}

export type ItemScore =
  | { readonly key: string; readonly status: 'scored'; readonly probabilities: Float32Array }
  | { readonly key: string; readonly status: 'not-read'; readonly reason: 'empty' | 'over-long' };

export interface Hooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Attention takes memory by the square of a text's length; chat messages end far below. */
const LONGEST = 2048;
/** No token of the vocabularies in use is longer, so that a text beyond this need not be cut into tokens to be refused. */
const LONGEST_TOKEN = 128;
/** One graph takes about this long: cancel and progress wait no longer. */
const GRAPH_SECONDS = 0.25;
const TOKENS_PER_GRAPH = { least: 64, most: 2048 } as const;
const BREATHE_EVERY = 256;

/** Tokens per second of a lane that are assumed where nothing was measured. */
const UNMEASURED = 2000;

/** Plain sentences, long and short, on which a layout must agree with F32. */
const PROBES = [
  'no',
  'Thanks for the help, that fixed it!',
  'You have no idea what you are talking about and everybody here knows it.',
  'Der Server ist heute Abend wieder erreichbar, bitte habt noch etwas Geduld.',
  'If the update breaks your save file again, copy the folder first, then start the program once without mods and look at the log.',
];

interface Parts {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly adapter: Adapter | null;
  readonly instruction: string;
  /** tokens of a batch; 0 for one text at a time */
  readonly tokenBudget: number;
  readonly lanes: Lanes;
  /** what the adapter adds to the layers */
  readonly adapted: Pick<Reader, 'modules' | 'parameters'>;
  /** disposes of backend, tokenizer and model, the last made first */
  readonly owned: AsyncDisposableStack;
}

/** A base model with its adapter, ready to read texts. */
export class Scorer implements AsyncDisposable {
  readonly info: SessionInfo;
  /** path of the base model's GGUF */
  readonly basePath: string;
  readonly #parts: Parts;

  private constructor(info: SessionInfo, basePath: string, parts: Parts) {
    this.info = info;
    this.basePath = basePath;
    this.#parts = parts;
  }

  /**
   * Opens a session. Throws GgufError, AdapterError, AdapterBaseMismatch, LibraryError, BackendError or RangeError,
   * each with what to do; the signal's reason when aborted.
   */
  static async open(options: OpenOptions, signal?: AbortSignal): Promise<Scorer> {
    const chosen = await accelerator(options);
    try {
      return await Scorer.#openOn(chosen, options, signal);
    } catch (error) {
      // A GPU that another program has filled, say: whoever asked for 'auto' asked for what works.
      if (!(error instanceof BackendError) || options.backend !== 'auto' || chosen === 'cpu') throw error;
      return await Scorer.#openOn('cpu', options, signal);
    }
  }

  static async #openOn(chosenBackend: Accelerator, options: OpenOptions, signal?: AbortSignal): Promise<Scorer> {
    await using opening = new AsyncDisposableStack();
    using file = readGguf(options.base);
    const hyper = readHyperparameters(file);
    const base = {
      name: basename(options.base),
      sha256: await fileSha256(options.base, signal),
      architecture: hyper.architecture,
    };
    const adapter = options.adapter ? decodeAdapter(options.adapter, { source: 'the adapter' }) : null;
    if (adapter) {
      assertBase(adapter, base);
      assertFits(adapter, hyper);
    }
    const { depth, pooling } = exit(options, adapter, hyper);
    // Native code meets the file here for the first time: its head has been checked whole by then.
    const tokenizer = opening.use(await Tokenizer.load(options.base));
    const backend = opening.use(Backend.open(chosenBackend));
    const input = {
      file,
      sha256: base.sha256,
      depth,
      pooling,
      backend,
      probes: PROBES.map((text) => tokenizer.encode(text)),
    };
    const chosen = await choose(options, input, signal);
    signal?.throwIfAborted();
    const layout = findLayout(backend, chosen.layout);
    if (!layout)
      throw new RangeError(
        `This machine has no weight layout called ${chosen.layout}. Leave the choice to the program.`,
      );
    const model = opening.use(
      await Model.load(file, {
        backend,
        layout,
        depth,
        ...(options.trains?.method === 'full'
          ? { exactFrom: options.trains.from }
          : { backwardTo: options.trains?.from }),
        rowNorms: (options.trains ?? adapter?.modules?.settings)?.method === 'dora',
      }),
    );
    const adapted = adapter?.modules ? load(adapter.modules, model, opening) : {};
    const lanes = opening.use(await Lanes.open(backend, options.threads ?? laneCount(options)));
    const driver = driverName(backend.accelerator);
    const info: SessionInfo = {
      backend: backend.accelerator,
      ...(driver !== undefined && { driver }),
      layout: chosen.layout,
      threads: lanes.count,
      depth,
      width: hyper.width,
      pooling,
      labels: adapter?.labels ?? [],
      base,
      maxTokens: Math.min(hyper.context, LONGEST),
    };
    const budget = Math.floor(
      Math.min(TOKENS_PER_GRAPH.most, Math.max(TOKENS_PER_GRAPH.least, chosen.tokensPerSecond * GRAPH_SECONDS)),
    );
    const tokenBudget = options.deterministic ? 0 : budget;
    const instruction = adapter?.instruction ?? options.instruction ?? '';
    return new Scorer(info, options.base, {
      model,
      tokenizer,
      adapter,
      instruction,
      tokenBudget,
      lanes,
      adapted,
      owned: opening.move(),
    });
  }

  /** What stands before every text. */
  get instruction(): string {
    return this.#parts.instruction;
  }

  /** How far the adapter's gates usually open; null where it has none, or was made before that was kept. */
  get gateRates(): GateRates | null {
    return this.#parts.adapter?.gateRates ?? null;
  }

  /** What pooled states are computed with. */
  get reader(): Reader {
    const { model, lanes, tokenBudget, adapted } = this.#parts;
    return { model, lanes, tokenBudget, pooling: this.info.pooling, ...adapted };
  }

  /** How the tokenizer writes each token. */
  pieces(ids: Int32Array): readonly string[] {
    return this.#parts.tokenizer.pieces(ids);
  }

  /** Probabilities per label for each text, in the order of the items. */
  async score(items: readonly Item[], hooks: Hooks): Promise<ItemScore[]> {
    const { adapter } = this.#parts;
    if (!adapter) throw new RangeError('This session has no adapter, so it cannot score. Open it with one.');
    const scores = new Array<ItemScore>(items.length);
    const read = await this.#read(items, hooks, (index, state) => {
      scores[index] = { key: items[index]?.key ?? '', status: 'scored', probabilities: probabilities(adapter, state) };
    });
    read.forEach((reason, index) => {
      if (reason !== null) scores[index] = { key: items[index]?.key ?? '', status: 'not-read', reason };
    });
    return scores;
  }

  /** Pooled states, (width) per item one after the other; zeros where an item was not read. */
  async embed(items: readonly Item[], hooks: Hooks): Promise<{ states: Float32Array; read: boolean[] }> {
    const { width } = this.info;
    const states = new Float32Array(items.length * width);
    const reasons = await this.#read(items, hooks, (index, state) => states.set(state, index * width));
    return { states, read: reasons.map((reason) => reason === null) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned.disposeAsync();
  }

  /** Runs all texts, hands each state over, and returns why an item was not read (null: it was). */
  async #read(
    items: readonly Item[],
    { signal, onProgress }: Hooks,
    take: (index: number, state: Float32Array) => void,
  ) {
    const reasons = new Array<'empty' | 'over-long' | null>(items.length).fill(null);
    const indices: number[] = [];
    const texts: Int32Array[] = [];
    for (const [index, { text }] of items.entries()) {
      const ids = this.encode(text);
      if (typeof ids === 'string') reasons[index] = ids;
      else {
        indices.push(index);
        texts.push(ids);
      }
      if (index % BREATHE_EVERY === BREATHE_EVERY - 1) {
        await breathe();
        signal?.throwIfAborted();
      }
    }
    let done = items.length - texts.length;
    onProgress?.(done, items.length);
    await pooledStates(this.reader, texts, (text, state) => take(indices[text] ?? 0, state), {
      signal,
      onBatch: (count) => {
        done += count;
        onProgress?.(done, items.length);
      },
    });
    return reasons;
  }

  /** Token ids of a text behind its instruction, or why it is not read. */
  encode(text: string): Int32Array | 'empty' | 'over-long' {
    if (text.trim() === '') return 'empty';
    if (text.length > this.info.maxTokens * LONGEST_TOKEN) return 'over-long';
    const ids = this.#parts.tokenizer.encode(this.#parts.instruction + text);
    if (ids.length === 0) return 'empty';
    return ids.length > this.info.maxTokens ? 'over-long' : ids;
  }
}

/** Puts an adapter's trained tensors on the model's backend. */
function load(trained: TrainedModules, { hyper, depth, backend }: Model, owner: AsyncDisposableStack) {
  const { modules, parameters: all } = modulesOf(trained.settings, hyper, depth);
  const parameters = owner.use(new Parameters(backend, all));
  for (const { name } of all) parameters.set(name, trained.tensors.get(name)?.values ?? new Float32Array());
  parameters.upload();
  return { modules, parameters: parameters.tensors };
}

/** Depth and pooling: what the caller asks for must be what the adapter was trained with. */
function exit(
  { depth, pooling }: OpenOptions,
  adapter: Adapter | null,
  { blocks }: Hyperparameters,
): { depth: number; pooling: Pooling } {
  if (!adapter) return { depth: depth ?? blocks, pooling: pooling ?? 'mean' };
  const { exitDepth, pooling: trained, name } = adapter;
  if ((depth ?? exitDepth) !== exitDepth || (pooling ?? trained) !== trained)
    throw new RangeError(
      `The adapter "${name}" was trained at depth ${exitDepth} with ${trained} pooling and has no meaning elsewhere. Leave --depth and --pooling out.`,
    );
  return { depth: exitDepth, pooling: trained };
}

/** 'auto' is what was found to work on this machine; the verdicts stand beside the calibration. */
async function accelerator({ backend, deterministic, calibrationFile }: OpenOptions): Promise<Accelerator> {
  if (backend !== 'auto') return backend;
  // Bit for bit the same is promised for the CPU alone.
  if (deterministic) return 'cpu';
  return await chooseAccelerator(calibrationFile && verdictsBeside(calibrationFile));
}

/** The layout: fixed by the caller, exact, that of a revision, or measured. */
async function choose(options: OpenOptions, input: CalibrationInput, signal?: AbortSignal): Promise<Calibration> {
  const { layout, pinnedLayout, deterministic, calibrationFile } = options;
  if (deterministic) return { layout: layoutName(EXACT), tokensPerSecond: 1 };
  if (layout !== undefined) return { layout, tokensPerSecond: UNMEASURED };
  if (pinnedLayout !== undefined && findLayout(input.backend, pinnedLayout))
    return { layout: pinnedLayout, tokensPerSecond: UNMEASURED };
  return await calibrate(input, calibrationFile, signal);
}
