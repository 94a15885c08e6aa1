/**
 * What desk and engine say to each other: every message of both directions, with its zod schema.
 * The two are processes of their own, so nothing that arrives is believed before it parsed; a message that does not
 * parse is refused with an error and never acted on. The same messages travel over a Node child's channel and over
 * an Electron utility process's port; values are structured clones (typed arrays travel as they are).
 *
 * desk → engine: `call` (with an id that the desk chooses, rising), `cancel`, `finish`, `stop`.
 * engine → desk: `hello` first, then `answer` or `error` once per call, and `progress`, `heartbeat`, `log` at any time.
 */
import { z } from 'zod';
import { ModuleSettings } from './adapter/methods.ts';
import { POOLINGS } from './model/blocks/pooling.ts';
import { TASKS } from './train/examples.ts';
import { TrainingOptions } from './train/options.ts';

/** Raised with every change of a message: a desk and an engine of different builds part with a clear error. */
export const CONTRACT = 7;

/** Items of one call, at most. A death of the engine costs one call, so calls are kept small. */
export const MAX_ITEMS = 2048;

/** Calls that may wait in one engine. A desk keeps two or three in flight; more is a mistake that would eat memory. */
export const MAX_QUEUE = 64;

/** Time between two heartbeats, milliseconds. */
export const HEARTBEAT_MS = 1000;

/**
 * An array that is read-only to the compiler. (zod's own `readonly()` freezes what it is given before it knows what
 * that is, and freezing a typed array throws.)
 */
const listOf = <S extends z.ZodType>(
  item: S,
  { min = 0, max }: { min?: number; max: number },
): z.ZodType<readonly z.infer<S>[]> => z.array(item).min(min).max(max);

const Floats: z.ZodType<Float32Array> = z.instanceof(Float32Array);
const Bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

const Id = z.int().min(1);
const SessionId = z.int().min(1);
const Path = z.string().min(1).max(32_768);
/** UTF-16 units. An importer's record is at most 16 MiB, so no text is longer. */
const Text = z.string().max(16 * 1024 * 1024);

/** One text to read. `key` is the desk's own name for it and comes back unchanged; it is never a message text. */
export const Item = z.strictObject({ key: z.string().max(1024), text: Text });
export type Item = z.infer<typeof Item>;

const Items = listOf(Item, { max: MAX_ITEMS });

const Probabilities = Floats.refine(
  (p) => p.every((x) => x >= 0 && x <= 1.0001),
  'Invalid input: a probability outside 0 … 1',
);

/** What became of one item: probabilities per label in the order of `SessionInfo.labels`, or why it was not read. */
export const ItemScore = z.discriminatedUnion('status', [
  z.strictObject({ key: z.string(), status: z.literal('scored'), probabilities: Probabilities }),
  z.strictObject({ key: z.string(), status: z.literal('not-read'), reason: z.enum(['empty', 'over-long']) }),
]);
export type ItemScore = z.infer<typeof ItemScore>;

export const BACKENDS = ['auto', 'cpu', 'cuda', 'vulkan', 'metal'] as const;

const OpenInput = z.strictObject({
  /** path of the base model's GGUF */
  base: Path,
  /** bytes of an adapter file; without one the session gives states, no scores */
  adapter: Bytes.exactOptional(),
  backend: z.enum(BACKENDS),
  /** exit depth: layers that are run, from the first */
  depth: z.int().min(1).exactOptional(),
  pooling: z.enum(POOLINGS).exactOptional(),
  /** put before every text of a session without adapter; an adapter brings its own */
  instruction: z.string().max(4000).exactOptional(),
  deterministic: z.boolean(),
  /** graphs side by side, each on one thread; default: one a core */
  threads: z.int().min(1).max(1024).exactOptional(),
  /** weight layout by name, instead of the fastest measured one */
  layout: z.string().max(100).exactOptional(),
  /** that of the scores which these will stand beside: taken where this machine has it */
  pinnedLayout: z.string().max(100).exactOptional(),
  /** file in which the measured layout is remembered */
  calibrationFile: Path.exactOptional(),
  /** a window is in front: leave a core to it */
  foreground: z.boolean().exactOptional(),
  /** the session trains such modules, for which the model is loaded with what their backward pass needs */
  trains: ModuleSettings.exactOptional(),
  /** what a chat model is asked about every text, and all that it may answer; for the engine of second opinions alone */
  question: z
    .strictObject({
      instruction: z.string().max(1_000_000),
      labels: listOf(z.string().min(1).max(200), { min: 2, max: 1000 }),
    })
    .exactOptional(),
});

/** What the engine chose for a session. */
export const SessionInfo = z.strictObject({
  backend: z.string(),
  /** driver of a GPU backend, with its version, as the backend names it */
  driver: z.string().exactOptional(),
  /** weight layout, e.g. `q4_0 repacked` */
  layout: z.string(),
  threads: z.int().min(0),
  depth: z.int().min(0),
  /** numbers in one pooled state */
  width: z.int().min(1),
  pooling: z.string(),
  labels: listOf(z.string(), { max: 1000 }),
  base: z.strictObject({ name: z.string(), sha256: z.string(), architecture: z.string() }),
  /** a text of more tokens is not read (`over-long`) */
  maxTokens: z.int().min(1),
});
export type SessionInfo = z.infer<typeof SessionInfo>;

const LabelledText = z.strictObject({
  key: z.string().max(1024),
  text: Text,
  /** indices into the task's labels: one where they exclude each other, else any number */
  labels: listOf(z.int().min(0), { max: 1000 }),
});
export type LabelledText = z.infer<typeof LabelledText>;

const TrainInput = z.strictObject({
  /** session of the base model that is trained on, without an adapter */
  session: SessionId,
  labels: listOf(z.string().min(1), { min: 1, max: 1000 }),
  task: z.enum(TASKS),
  train: listOf(LabelledText, { min: 1, max: 2_000_000 }),
  /** the part on which strength or epoch are picked */
  dev: listOf(LabelledText, { min: 1, max: 2_000_000 }),
  options: z.strictObject({
    /** name of the adapter, for lists */
    name: z.string().min(1).max(200),
    /** the label that means "nothing to review", if there is one */
    neutralLabel: z.string().nullable(),
    method: z.discriminatedUnion('kind', [
      /** logistic regression on frozen states */
      z.strictObject({
        kind: z.literal('probe'),
        classWeights: z.enum(['balanced', 'none']),
        /** L2 strengths to try; without them the trainer's own grid */
        strengths: listOf(z.number().positive(), { min: 1, max: 100 }).exactOptional(),
      }),
      /** steps against a gradient, of a head alone (null) or of modules in the layers too */
      z.strictObject({ kind: z.literal('gradient'), modules: ModuleSettings.nullable(), training: TrainingOptions }),
    ]),
    /** also train the character n-gram baseline and store it in the adapter */
    ngrams: z.boolean(),
    /** languages of the training texts (BCP 47); other messages are shown as not read */
    languages: listOf(z.string().min(2).max(35), { max: 500 }),
    /**
     * A file that is written after every epoch, so that a training can be gone on with (`resume`). One of the same `run` is
     * gone on from in any case: it is of this call, in an engine that died.
     */
    checkpoint: z
      .strictObject({
        file: Path,
        resume: z.boolean(),
        run: z.string().max(100).exactOptional(),
        /** 32 bytes: the file is encrypted with it */
        key: Bytes.exactOptional(),
      })
      .exactOptional(),
    /** bytes of an adapter that the training goes on from: the same base, modules and head; without one it starts at random */
    start: Bytes.exactOptional(),
    /** where `full` puts the model that it makes; the other methods make none */
    model: Path.exactOptional(),
    /** what went in, for the adapter's own record: names, counts and hashes of files */
    source: z.record(z.string(), z.json()),
  }),
});

/** One backend in the table of `doctor`. */
export const BackendCheck = z.strictObject({
  backend: z.string(),
  device: z.string().exactOptional(),
  driver: z.string().exactOptional(),
  /** computes on the processor behind a GPU's interface: good for tests, not for speed */
  software: z.boolean().exactOptional(),
  status: z.enum(['works', 'refused', 'absent']),
  /** a sentence for people: why it was refused, or what is missing */
  reason: z.string().exactOptional(),
  /** largest difference from plain arithmetic in the checks, as a share of the largest value */
  difference: z.number().exactOptional(),
  seconds: z.number().min(0).exactOptional(),
});
export type BackendCheck = z.infer<typeof BackendCheck>;

/** A gate for each token, by layer band. */
const TokenGates = z.strictObject({
  lower: Floats.exactOptional(),
  middle: Floats.exactOptional(),
  upper: Floats.exactOptional(),
});

/** Every call: what goes in and what comes back. */
export const calls = {
  open: {
    input: OpenInput,
    output: z.strictObject({ session: SessionId, info: SessionInfo, seconds: z.number().min(0) }),
  },
  score: {
    input: z.strictObject({ session: SessionId, items: Items }),
    /** one per item, in the order of the items */
    output: listOf(ItemScore, { max: MAX_ITEMS }),
  },
  embed: {
    input: z.strictObject({ session: SessionId, items: Items }),
    /** pooled states: (width, items), row after row; a row that was not read is zeros */
    output: z.strictObject({
      states: Floats,
      read: listOf(z.boolean(), { max: MAX_ITEMS }),
    }),
  },
  train: {
    input: TrainInput,
    output: z.strictObject({ adapter: Bytes, report: z.record(z.string(), z.json()) }),
  },
  explain: {
    /** `mostTokens`: for a long text about so many are read at most, and words that matter little are left out together */
    input: z.strictObject({ session: SessionId, text: Text, mostTokens: z.int().min(1).exactOptional() }),
    output: z.strictObject({
      /** per label */
      probabilities: listOf(z.number(), { max: 1000 }),
      /** each word, with the probabilities of the text without it; null where nothing is left to read */
      words: listOf(
        z.strictObject({
          text: z.string(),
          start: z.int().min(0),
          end: z.int().min(0),
          probabilities: listOf(z.number(), { max: 1000 }).nullable(),
          /** words that were left out at once, this one among them */
          together: z.int().min(1),
        }),
        { max: 1000 },
      ),
      tokens: listOf(
        z.strictObject({
          piece: z.string(),
          place: z.strictObject({ start: z.int().min(0), end: z.int().min(0) }).nullable(),
        }),
        { max: 4096 },
      ),
      /** mean gate of each token by layer band; null where the adapter has no gates */
      gates: TokenGates.nullable(),
      /** what those gates usually are at these tokens; null where the adapter does not say */
      usual: TokenGates.nullable(),
    }),
  },
  verifyBackends: {
    /** what was found is kept beside this file, for the next 'auto' */
    input: z.strictObject({ calibrationFile: Path.exactOptional() }),
    output: listOf(BackendCheck, { max: 100 }),
  },
  close: { input: z.strictObject({ session: SessionId }), output: z.strictObject({}) },
} as const;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.infer<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.infer<(typeof calls)[N]['output']>;

const CALL_NAMES = [
  'open',
  'score',
  'embed',
  'explain',
  'train',
  'verifyBackends',
  'close',
] as const satisfies CallName[];

/** desk → engine. A call's `input` is parsed by the schema of its name, in a second step. */
export const ToEngine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('call'), id: Id, name: z.enum(CALL_NAMES), input: z.unknown() }),
  z.strictObject({ kind: z.literal('cancel'), id: Id }),
  /** ends a training early: it answers with the best that it has */
  z.strictObject({ kind: z.literal('finish'), id: Id }),
  z.strictObject({ kind: z.literal('stop') }),
]);
export type ToEngine = z.infer<typeof ToEngine>;

/** An error on its way to a person. */
export const ErrorBody = z.strictObject({
  /** what a program tells errors apart by: `cancelled`, `bad-message`, `no-such-session`, `busy`, an errno, … */
  code: z.string(),
  message: z.string(),
  /** what to do now; empty where the message says it */
  remedy: z.string(),
  /** file, byte, key or row that it is about */
  place: z.string().exactOptional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export const Progress = z.strictObject({
  kind: z.literal('progress'),
  id: Id,
  done: z.number().min(0),
  total: z.number().min(0),
  /** what is counted: `items`; of a training what it counts one after the other (`TrainingUnit`) */
  unit: z.string(),
  /** units a second since the start; 0 until known */
  rate: z.number().min(0),
  /** null until known */
  secondsLeft: z.number().min(0).nullable(),
  /** of the steps of a training, as far as known: epoch, epochs, loss, dev_macro_f1, tokens_per_second, seconds_left */
  figures: z.record(z.string(), z.number()).exactOptional(),
  /** a sentence for people: something is done otherwise than asked, or took long for a reason; never holds message text */
  note: z.string().max(2000).exactOptional(),
});
export type Progress = z.infer<typeof Progress>;

/** `load`: a model is being loaded or a driver tried, and the engine may be silent for a while. */
export const PHASES = ['idle', 'load', 'job'] as const;

export const Heartbeat = z.strictObject({
  kind: z.literal('heartbeat'),
  /** resident memory, bytes */
  rss: z.number().min(0),
  /** id of the running call, null when idle */
  busy: Id.nullable(),
  phase: z.enum(PHASES),
  /** seconds since the running call last got ahead; 0 when idle */
  stalled: z.number().min(0),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** engine → desk. An answer's `output` is parsed by the schema of its call's name, in a second step. */
export const FromEngine = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hello'), contract: z.int(), pid: z.int() }),
  z.strictObject({ kind: z.literal('answer'), id: Id, output: z.unknown() }),
  /** `id` is null where the refused message had none that could be read */
  z.strictObject({ kind: z.literal('error'), id: Id.nullable(), error: ErrorBody }),
  Progress,
  Heartbeat,
  /** never holds message text */
  z.strictObject({ kind: z.literal('log'), level: z.enum(['info', 'warning']), line: z.string().max(2000) }),
]);
export type FromEngine = z.infer<typeof FromEngine>;

/** Where a message went wrong, in a line, without the values that it held (they may be message text). */
export function whatIsWrong(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3).map((issue) => {
    // A key that nobody expects is somebody's data: say that it is there, not what it says.
    const what = issue.code === 'unrecognized_keys' ? 'Unexpected key' : issue.message;
    return issue.path.length > 0 ? `${what} at ${issue.path.map(String).join('.').slice(0, 100)}` : what;
  });
  const more = error.issues.length - shown.length;
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
