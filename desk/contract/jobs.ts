import { z } from 'zod';
import { EXPORT_FORMATS } from '../exporters/formats.ts';
import { JOB_STATES } from '../jobs/states.ts';
import { PRESETS } from '../retrain/presets.ts';
import { Recall } from './guarantee.ts';
import { Columns, Dates } from './imports.ts';
import { Id, Ids, Name, Path, Time } from './shapes.ts';

export const ImportStart = z.strictObject({
  kind: z.literal('import'),
  paths: z.array(Path).min(1).max(10_000),
  /** which column of a table holds what */
  columns: Columns.optional(),
  /** of day and month in WhatsApp files */
  dates: Dates.optional(),
});

export const ScoreStart = z.strictObject({
  kind: z.literal('score'),
  /** path of an adapter file; default: that of the queue, else the one that comes with the program */
  adapter: Path.optional(),
  /** base model, by path or id; default: the one that the adapter names */
  model: z.string().max(32_768).optional(),
  /**
   * name of whoever gives the queue another model by this; added where nobody of that name was there yet. Only asked for where the
   * queue has a model and this is another: that is a link of somebody's chain
   */
  reviewer: Name.optional(),
  /** also read messages in languages that the adapter was not measured on */
  anyLanguage: z.boolean().default(false),
  /** the same scores to the last bit every time; slower */
  deterministic: z.boolean().default(false),
  /** also reads texts with their spelling undone, where that differs, and takes the higher score (desk/triage/normaliser.ts) */
  spellings: z.boolean().default(false),
  /** share of what the model would flag that must be read; the rest is set aside */
  recall: Recall.default('all'),
  /** reads only a sample, and reports what each recall target would cost */
  forecast: z.boolean().default(false),
});

export const ExportStart = z.strictObject({
  kind: z.literal('export'),
  path: Path,
  format: z.enum(EXPORT_FORMATS),
});

/** Messages with context, decisions and proof, for others. */
export const EvidenceStart = z.strictObject({
  kind: z.literal('evidence'),
  path: Path,
  /** who signs it */
  reviewer: Id,
  items: Ids.min(1),
  /** with records and real names; that they left stands in the reviewer's chain */
  names: z.boolean().default(false),
  before: z.int().min(0).max(200).default(10),
  after: z.int().min(0).max(200).default(5),
});

/** What was decided, as a page to print. */
export const ReportStart = z.strictObject({
  kind: z.literal('report'),
  path: Path,
  /** who signs it */
  reviewer: Id,
  /** with the texts that were decided on; without them it holds figures only */
  texts: z.boolean().default(false),
});

/**
 * Learns from what was decided, and compares what comes of it with the model of the queue. It is a revision; the queue stays
 * with the one that it has until somebody promotes it (`revisions.promote`).
 */
export const RetrainStart = z.strictObject({
  kind: z.literal('retrain'),
  preset: z.enum(PRESETS).default('balanced'),
  name: Name.default('trained here'),
  /** base model, by path or id; default: that of the preset */
  model: z.string().max(32_768).optional(),
  /** also learns from what a larger model says of messages that nobody decided, with less weight */
  weak: z.boolean().default(false),
});

/** Asks a larger model about messages, in the words of the community's policies; what it says is its opinion, no decision. */
export const OpineStart = z.strictObject({
  kind: z.literal('opine'),
  /** a chat model, by path or id */
  model: z.string().min(1).max(32_768),
  /** just these messages, in this order … */
  items: Ids.min(1).optional(),
  /** … else so many that nobody decided, the most uncertain first */
  top: z.int().min(1).max(10_000).default(200),
  /** asks about this policy alone; default: all */
  policy: Id.optional(),
});

/** What kinds of abuse a model sees, and what it takes for abuse, on a person's own copy of functional test suites. */
export const FunctionalStart = z.strictObject({
  kind: z.literal('functional'),
  /** CSV of HateCheck, HatemojiCheck or Multilingual HateCheck, or a folder that holds some */
  path: Path,
  /** as of `score` */
  adapter: Path.optional(),
  model: z.string().max(32_768).optional(),
});

/** Whether explanations are true here: tests those of the model of the queue on this workspace's own messages. */
export const ExplanationsStart = z.strictObject({ kind: z.literal('explanations') });

/** A reviewer's decisions as one signed file, to be merged elsewhere. */
export const SignStart = z.strictObject({ kind: z.literal('sign'), path: Path, reviewer: Id });

/** Takes signed files of other workspaces in: all of them, or none where one does not hold. */
export const MergeStart = z.strictObject({ kind: z.literal('merge'), paths: z.array(Path).min(1).max(1000) });

export const Start = z.discriminatedUnion('kind', [
  ImportStart,
  ScoreStart,
  RetrainStart,
  OpineStart,
  FunctionalStart,
  ExplanationsStart,
  ExportStart,
  SignStart,
  MergeStart,
  EvidenceStart,
  ReportStart,
]);
export type Start = z.infer<typeof Start>;

export const JobState = z.enum(JOB_STATES);

/** How a training goes on, as the engine says it after every step; the points are thinned out as they get many. */
export const Training = z.object({
  epochs: z.int().min(1),
  /** 0 until known */
  tokensPerSecond: z.number().min(0),
  points: z.array(
    z.object({
      /** epochs done, as a number with a fraction */
      epoch: z.number().min(0),
      /** on what is learned from, smoothed */
      loss: z.number(),
      /** macro-F1 on dev after the last whole epoch; null before the first */
      devF1: z.number().min(0).max(1).nullable(),
    }),
  ),
});
export type Training = z.infer<typeof Training>;

export const Job = z.object({
  id: Id,
  kind: z.enum([
    'import',
    'score',
    'retrain',
    'opine',
    'functional',
    'explanations',
    'export',
    'sign',
    'merge',
    'evidence',
    'report',
  ]),
  state: JobState,
  /** what is being done, for people */
  doing: z.string(),
  done: z.number().min(0),
  /** null where that is not known yet */
  total: z.number().min(0).nullable(),
  /** what is counted */
  unit: z.string(),
  /** units a second over the last seconds; 0 until known */
  rate: z.number().min(0),
  secondsLeft: z.number().min(0).nullable(),
  /** of a retraining while it runs; null before its first step, and for every other kind */
  training: Training.nullable(),
  /** what came of it, once it is over */
  report: z.json().nullable(),
  problem: z.object({ message: z.string(), remedy: z.string() }).nullable(),
  createdAt: Time,
  updatedAt: Time,
});
export type Job = z.infer<typeof Job>;
