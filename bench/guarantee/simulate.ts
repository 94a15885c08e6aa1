/** Runs the cascade again and again on texts whose scores are known, and looks what it missed. */
import { chanceAside } from '../../desk/triage/audit-draw.ts';
import { cascade, type Proxy } from '../../desk/triage/cascade/cascade.ts';
import { seededRandom } from '../../engine/train/random.ts';

/** One message in so many is drawn for the audit, unless told otherwise. */
const AUDIT_EVERY = 15;

/** A stream of texts, and what the model says of each. */
export interface Stream {
  readonly name: string;
  readonly scores: Float32Array;
  /** score from which on a text is flagged */
  readonly threshold: number;
  readonly proxy: () => Proxy;
}

export interface Simulated {
  readonly target: number;
  readonly runs: number;
  /** runs in which less than the target was found */
  readonly missed: number;
  /** mean passes of a run, those for the audit sample of what was set aside included */
  readonly passes: number;
  readonly leastRecall: number;
}

/** Score from which on a share of the texts is flagged. */
export function thresholdFor(scores: Float32Array, share: number): number {
  const sorted = scores.filter((score) => !Number.isNaN(score)).sort();
  return sorted[Math.floor((1 - share) * sorted.length)] ?? 1;
}

/** One cascade. @returns texts that the model reads, and flagged ones that are found by the cascade itself */
async function once(
  { scores, threshold }: Pick<Stream, 'scores' | 'threshold'>,
  target: number,
  proxy: Proxy,
  seed: number,
): Promise<{ readonly passes: number; readonly found: number }> {
  const { passes, found } = await cascade({
    count: scores.length,
    first: new Uint32Array(),
    found: 0,
    target,
    threshold,
    read: (places) => Promise.resolve(Float32Array.from(places, (place) => scores[place] as number)),
    proxy,
    random: seededRandom(seed),
  });
  const aside = scores.length - passes;
  return { passes: passes + Math.round(aside * chanceAside(AUDIT_EVERY, aside)), found };
}

/** One cascade with a proxy of the program's own, whose time counts. @returns how often it learned, too */
export async function timed(
  stream: Pick<Stream, 'scores' | 'threshold'>,
  target: number,
  proxy: Proxy,
): Promise<{ readonly passes: number; readonly seconds: number; readonly learned: number }> {
  let learned = 0;
  const counted: Proxy = {
    learn: async (places, scores, before) => {
      learned++;
      return await proxy.learn(places, scores, before);
    },
  };
  const began = performance.now();
  const { passes } = await once(stream, target, counted, 17);
  return { passes, seconds: (performance.now() - began) / 1000, learned };
}

export async function simulate(
  { scores, threshold, proxy }: Stream,
  targets: readonly number[],
  runs: number,
  onRun: (run: number) => void,
): Promise<readonly Simulated[]> {
  const flagged = scores.reduce((sum, score) => sum + (score >= threshold ? 1 : 0), 0);
  const totals = targets.map(() => ({ missed: 0, passes: 0, least: 1 }));
  for (let run = 0; run < runs; run++) {
    const own = proxy();
    for (const [i, target] of targets.entries()) {
      const { passes, found } = await once({ scores, threshold }, target, own, 1000 * run + 17);
      const total = totals[i] as (typeof totals)[number];
      const recall = found / flagged;
      if (recall < target) total.missed++;
      total.passes += passes;
      total.least = Math.min(total.least, recall);
    }
    onRun(run);
  }
  return targets.map((target, i) => {
    const { missed, passes, least } = totals[i] as (typeof totals)[number];
    return { target, runs, missed, passes: passes / runs, leastRecall: least };
  });
}
