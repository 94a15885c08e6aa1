/**
 * Whether 300 decisions teach a model a community's own rule, and whether the program knows it when they do not. A simulated
 * moderator of a community with rough language (swearing is fine there, hate is not; the adapter that comes along calls both
 * abusive) decides through the door, then retrains. Beside it one who answers at random: the same decisions, shuffled.
 * Each run is kept as it ends, so that a bench that was cut off goes on; `--seed N` makes one alone.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { Comparison } from '../desk/contract/revisions.ts';
import { nodeEngine } from '../desk/engine/process.ts';
import { Desk } from '../desk/desk.ts';
import { router } from '../desk/door/router.ts';
import { places } from '../desk/models/places.ts';
import { Supervisor } from '../desk/supervisor.ts';
import { seededRandom, shuffle } from '../engine/train/random.ts';
import { cleaned } from '../native-models/recipe/clean-text.ts';
import { readDataset, type DatasetRow } from '../native-models/recipe/datasets.ts';
import { keyOf } from './ablation/ledger.ts';
import { plain, smaller, UsageError, wantedOf, type Bench, type Figure } from './figure.ts';
import { watched } from './timing.ts';

const ROOT = path.join(import.meta.dirname, '..');
const RESULTS = path.join(ROOT, '.cache/retrain.jsonl');
const MODERATORS = ['honest', 'shuffled'] as const;
type Moderator = (typeof MODERATORS)[number];

const SEEDS = 10;
/** The program's own other threads have less. */
const DISTURBED = 0.1;
const DECISIONS = 300;
/** Every so manieth decision is about an audit item; the others are in the order of the queue. */
const AUDIT_EVERY = 3;
/** Messages of the community, by what Davidson et al. called them. */
const MESSAGES = { hate_speech: 300, offensive_language: 700, neither: 500 } as const;

const Run = z.strictObject({
  key: z.string(),
  /** of the sources that made it */
  sources: z.string(),
  moderator: z.enum(MODERATORS),
  seed: z.int(),
  recommendation: Comparison.shape.recommendation,
  ranking: Comparison.shape.ranking,
  regression: Comparison.shape.regression,
  flips: z.int(),
  /** of the retraining, from the call to its end */
  seconds: z.number(),
  /** share of the processor that other programs than the engine had meanwhile; null where the system does not say */
  others: z.number().nullable().default(null),
});
type Run = z.infer<typeof Run>;

const bench: Bench = async ({ data, tables, seeds, results, say }) => {
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const file = results ?? RESULTS;
  const rows = readDataset(data, 'davidson2017');
  const wanted = wantedOf(tables, MODERATORS, 'moderator');
  const all = seeds.length > 0 ? seeds : Array.from({ length: SEEDS }, (_, seed) => seed);
  const known = knownRuns(file);
  const sources = sourcesHash();
  const figures: Figure[] = [];
  for (const moderator of wanted) {
    const runs: Run[] = [];
    for (const seed of all) {
      const key = keyOf({ moderator, seed, MESSAGES, DECISIONS, AUDIT_EVERY });
      const run = known.get(key) ?? {
        ...(await measured(rows, moderator, seed)),
        key,
        sources,
      };
      if (!known.has(key)) appendFileSync(file, `${JSON.stringify(run)}\n`);
      say(inWords(run));
      runs.push(run);
    }
    const states = new Set(runs.map((run) => run.sources));
    if (states.size > 1 || !states.has(sources))
      say(
        `These runs come from other states of the sources (${[...states].join(', ')}); delete ${file} to measure anew.`,
      );
    figures.push(...figuresOf(moderator, runs));
  }
  return figures;
};
export default bench;

function figuresOf(moderator: Moderator, runs: readonly Run[]): readonly Figure[] {
  const better = runs.filter(({ recommendation }) => recommendation === 'better').length;
  const mean = (of: (run: Run) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const ranking = {
    name: `retrain.${moderator}.auroc`,
    value: mean((run) => run.ranking?.challenger ?? NaN),
    unit: 'mean AUROC',
    peer: 'the model before',
    peer_value: mean((run) => run.ranking?.champion ?? NaN),
    ratio: null,
  };
  return [
    plain(`retrain.${moderator}.recommended`, better, `of ${runs.length} seeds`),
    ranking,
    smaller(`retrain.${moderator}.seconds`, Math.max(...runs.map(({ seconds }) => seconds)), 's, the slowest'),
  ];
}

async function measured(
  rows: readonly DatasetRow[],
  moderator: Moderator,
  seed: number,
): Promise<Omit<Run, 'key' | 'sources'>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'moderato-retrain-'));
  try {
    const random = seededRandom(seed + 1);
    const community = shuffle(
      Object.entries(MESSAGES).flatMap(([name, count]) =>
        shuffle(
          rows.filter(({ sourceLabel }) => sourceLabel === name),
          random,
        ).slice(0, count),
      ),
      random,
    );
    const file = path.join(folder, 'community.csv');
    writeFileSync(
      file,
      stringify(
        community.map(({ id, text }) => ({ id, text: cleaned(text) })),
        { header: true },
      ),
    );
    const isHate = new Map(community.map(({ id, sourceLabel }) => [id, sourceLabel === 'hate_speech']));
    await using supervisor = new Supervisor(nodeEngine(new URL('../engine/main.ts', import.meta.url)));
    await using desk = new Desk({
      places: { ...places(), calibrationFile: path.join(ROOT, '.cache/calibration.json') },
      supervisor,
    });
    const client = createRouterClient(router, { context: { desk } });
    await client.workspace.open({ path: path.join(folder, 'w.moderato'), create: 'must' });
    const ended = async (job: number): Promise<unknown> => {
      for (;;) {
        const { state, problem, report } = await client.jobs.get({ job });
        if (state === 'done') return report;
        if (state === 'failed') throw new Error(problem?.message);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await ended((await client.jobs.start({ kind: 'import', paths: [file], columns: { text: 'text', id: 'id' } })).id);
    await ended((await client.jobs.start({ kind: 'score', anyLanguage: true })).id);
    const urgent = (await client.queue.page({ order: 'urgent', size: 500, filter: { audit: false } })).entries;
    const audit = (await client.queue.page({ order: 'audit', size: 500 })).entries;
    const audited = audit.slice(0, Math.floor(DECISIONS / AUDIT_EVERY));
    const decided = [...audited, ...urgent.slice(0, DECISIONS - audited.length)].map(({ message }) => message);
    const truth = decided.map(({ messageId }) => isHate.get(messageId ?? '') === true);
    const said = moderator === 'honest' ? truth : shuffle([...truth], random);
    const labels = await client.labels.list();
    const { id: reviewer } = await client.reviewers.add({ name: moderator });
    for (const wrong of [false, true]) {
      const label = labels.find(({ severity }) => severity > 0 === wrong)?.id ?? 0;
      const seen = decided.filter((_, i) => said[i] === wrong).map(({ id, version }) => ({ item: id, version }));
      await client.review.decide({ reviewer, seen, labels: [label] });
    }
    const began = performance.now();
    const { value: report, others } = await watched(
      supervisor.pid,
      async () => await ended((await client.jobs.start({ kind: 'retrain' })).id),
    );
    const seconds = (performance.now() - began) / 1000;
    const { comparison } = z.object({ comparison: Comparison }).parse(report);
    const { recommendation, ranking, regression, flips } = comparison;
    return { moderator, seed, recommendation, ranking, regression, flips: flips.count, seconds, others };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the sources that train and compare: they are no part of a run's name, but the bench says when they differ. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['desk/retrain', 'engine', 'native-models'])
    for (const file of readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (/\.(ts|json|csv\.gz)$/.test(file)) hash.update(file).update(readFileSync(path.join(ROOT, folder, file)));
  return hash.digest('hex').slice(0, 8);
}

function knownRuns(file: string): ReadonlyMap<string, Run> {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n');
  // A last line that was cut off is made anew.
  const runs = lines.flatMap((line) => (line.endsWith('}') ? [Run.parse(JSON.parse(line))] : []));
  return new Map(runs.map((run) => [run.key, run]));
}

function inWords({ moderator, seed, recommendation, ranking, regression, seconds, others }: Run): string {
  const of = (difference: Run['ranking']): string =>
    difference === null
      ? 'none'
      : `${difference.champion.toFixed(3)} → ${difference.challenger.toFixed(3)} (${difference.low.toFixed(3)} to ${difference.high.toFixed(3)})`;
  return `${moderator}, seed ${seed}: ${recommendation}; decisions ${of(ranking)}; HateCheck ${of(regression)}; ${seconds.toFixed(1)} s${(others ?? 0) > DISTURBED ? `, disturbed: others had ${((others ?? 0) * 100).toFixed(0)}% of the processor` : ''}`;
}
