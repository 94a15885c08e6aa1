/** How the scores of a model are spread, and how many messages of each height were decided. */
import { isOfModel, type QueueColumns } from '../queue/columns.ts';
import { statusCode } from '../review/status.ts';

export interface Bar {
  /** scores [from, to); the last one with its end */
  readonly from: number;
  readonly to: number;
  readonly messages: number;
  readonly decided: number;
}

const BARS = 20;
const barOf = (score: number): number => Math.min(BARS - 1, Math.floor(score * BARS));
const DECIDED = statusCode('decided');

export function histogramOf({ marks, score, status, length }: Readonly<QueueColumns>): readonly Bar[] {
  const messages = new Uint32Array(BARS);
  const decided = new Uint32Array(BARS);
  for (let i = 0; i < length; i++) {
    const own = score[i] as number;
    if (!isOfModel(marks[i] as number) || Number.isNaN(own)) continue;
    const bar = barOf(own);
    messages[bar]! += 1;
    if (status[i] === DECIDED) decided[bar]! += 1;
  }
  return Array.from(messages, (count, bar) => ({ ...endsOf(bar), messages: count, decided: decided[bar] as number }));
}

/** How two sets of scores are spread, on the same bars. */
export function besideEachOther(
  before: readonly number[],
  now: readonly number[],
): readonly { readonly from: number; readonly to: number; readonly before: number; readonly now: number }[] {
  const [a, b] = [counted(before), counted(now)];
  return Array.from(a, (count, bar) => ({ ...endsOf(bar), before: count, now: b[bar] as number }));
}

const endsOf = (bar: number) => ({ from: bar / BARS, to: (bar + 1) / BARS });

function counted(scores: readonly number[]): Uint32Array {
  const counts = new Uint32Array(BARS);
  for (const score of scores) counts[barOf(score)]! += 1;
  return counts;
}

/** How many have this score or a higher one. */
export const countFrom = (scores: Float32Array, threshold: number): number =>
  scores.reduce((count, score) => count + (score >= threshold ? 1 : 0), 0);
