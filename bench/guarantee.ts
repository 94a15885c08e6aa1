/**
 * Triage with a guarantee: how many texts the model reads for a recall target, and how often the target is missed. Real texts,
 * none twice, at three prevalences; a longer stream of joined fragments; a million by drawing from that one. The threshold
 * stands where so many of the texts are flagged. Scores are made once and kept (.cache/guarantee).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TARGETS } from '../desk/triage/cascade/cascade.ts';
import { NgramProxy, PROXY_SHAPE } from '../desk/triage/cascade/ngram-proxy.ts';
import { seededRandom } from '../engine/train/random.ts';
import { ngramRows } from '../engine/train/ngrams/ngrams.ts';
import type { SparseRows } from '../engine/train/ngrams/sparse-rows.ts';
import { faster, smaller, UsageError, wantedOf, type Bench, type Figure } from './figure.ts';
import { scoresOf } from './guarantee/scores.ts';
import { simulate, thresholdFor, timed, type Simulated, type Stream } from './guarantee/simulate.ts';
import { joinedTexts, realTexts } from './guarantee/streams.ts';

const KEPT = path.join(import.meta.dirname, '../.cache/guarantee');
const RUNS = 200;
/** One of a million takes a quarter of a minute and more for each target. */
const MILLION_RUNS = 50;
const REAL = 60_000;
const JOINED = 200_000;
const MILLION = 1_000_000;
/** Texts on which speeds are measured. */
const TIMED = 4_000;
const STREAMS = ['real', 'joined', 'million'] as const;

const bench: Bench = async ({ data, adapter, scale, tables, say }) => {
  if (data === null) throw new UsageError('This bench reads the data sets: name their folder with --data.');
  const wanted = wantedOf(tables, STREAMS, 'stream');
  const isWanted = (name: (typeof STREAMS)[number]): boolean => wanted.includes(name);
  const runsOf = (all: number): number => Math.max(2, Math.round(all * scale));
  const real = realTexts(data);
  const { scores } = await scoresOf(real, KEPT, adapter, say);
  const figures: Figure[] = [];
  if (isWanted('real')) {
    const own = scores.subarray(0, REAL);
    const rows = await ngramRows(real.slice(0, REAL), PROXY_SHAPE);
    for (const share of [0.01, 0.05, 0.2])
      figures.push(
        ...(await measured(streamOf(`real.${100 * share}%`, own, rows, thresholdFor(own, share)), runsOf(RUNS), say)),
      );
  }
  if (!isWanted('joined') && !isWanted('million')) return figures;
  const joined = joinedTexts(real, scores, JOINED);
  const { scores: own } = await scoresOf(joined, KEPT, adapter, say);
  const rows = await ngramRows(joined, PROXY_SHAPE);
  if (isWanted('joined'))
    figures.push(...(await measured(streamOf('joined.1%', own, rows, thresholdFor(own, 0.01)), runsOf(RUNS), say)));
  if (isWanted('million')) {
    const runs = runsOf(MILLION_RUNS);
    const random = seededRandom(3);
    const drawn = Uint32Array.from({ length: MILLION }, () => Math.floor(random() * joined.length));
    const resampled = Float32Array.from(drawn, (row) => own[row] as number);
    const rowOf = (place: number): number => drawn[place] as number;
    const stream = streamOf('million.1%', resampled, rows, thresholdFor(own, 0.01), rowOf);
    const simulated = await simulate(stream, TARGETS, runs, progress(stream, runs, say));
    figures.push(...figuresOf(stream, simulated), ...(await wallTimes(joined, adapter, stream, rowOf, say)));
  }
  return figures;
};
export default bench;

function streamOf(
  name: string,
  scores: Float32Array,
  rows: SparseRows,
  threshold: number,
  rowOf: (place: number) => number = (place) => place,
): Stream {
  // The program counts n-grams whenever it is asked about a text; here once for all runs.
  const countedOf = (places: Uint32Array) => Promise.resolve({ rows, wanted: places.map(rowOf) });
  return { name, scores, threshold, proxy: () => new NgramProxy(countedOf, threshold) };
}

async function measured(stream: Stream, runs: number, say: (line: string) => void): Promise<readonly Figure[]> {
  return figuresOf(stream, await simulate(stream, TARGETS, runs, progress(stream, runs, say)));
}

const progress =
  ({ name, scores, threshold }: Stream, runs: number, say: (line: string) => void) =>
  (run: number): void => {
    if (run === 0) say(`${name}: ${scores.length} texts, flagged from ${threshold.toFixed(3)} on`);
    if ((run + 1) % 20 === 0) say(`  ${run + 1} of ${runs} runs`);
  };

function figuresOf({ name, scores }: Stream, simulated: readonly Simulated[]): readonly Figure[] {
  return simulated.flatMap(({ target, runs, missed, passes, leastRecall }) => [
    smaller(`guarantee.${name}.${100 * target}`, passes, 'texts read, mean', {
      name: 'scoring all',
      value: scores.length,
    }),
    smaller(`guarantee.${name}.${100 * target}.missed`, missed, `of ${runs} runs below the target`),
    faster(`guarantee.${name}.${100 * target}.least`, leastRecall, 'lowest recall of a run'),
  ]);
}

/**
 * Seconds for a million on this machine: what the model reads at its speed here, and one cascade with the program's own proxy,
 * which learns and looks at what is left as often as it does there.
 */
async function wallTimes(
  texts: readonly string[],
  adapter: string | null,
  stream: Stream,
  rowOf: (place: number) => number,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'moderato-guarantee-'));
  const { perSecond } = await scoresOf(texts.slice(0, TIMED), folder, adapter, () => {});
  rmSync(folder, { recursive: true });
  const speed = perSecond ?? NaN;
  const { scores, threshold } = stream;
  const figures: Figure[] = [];
  for (const target of TARGETS) {
    const proxy = NgramProxy.of((wanted) => Array.from(wanted, (place) => texts[rowOf(place)] ?? ''), threshold);
    const { passes, seconds, learned } = await timed(stream, target, proxy);
    say(`  at ${100 * target}%: ${passes} texts read, ${learned} learnings, ${Math.round(seconds)} s beside the model`);
    figures.push(
      smaller(`guarantee.million.1%.${100 * target}.seconds`, passes / speed + seconds, 's, proxy included', {
        name: 'scoring all',
        value: scores.length / speed,
      }),
    );
  }
  return figures;
}
