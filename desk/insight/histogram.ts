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
const DECIDED = statusCode('decided');

export function histogramOf({ marks, score, status, length }: Readonly<QueueColumns>): readonly Bar[] {
  const messages = new Uint32Array(BARS);
  const decided = new Uint32Array(BARS);
  for (let i = 0; i < length; i++) {
    const own = score[i] as number;
    if (!isOfModel(marks[i] as number) || Number.isNaN(own)) continue;
    const bar = Math.min(BARS - 1, Math.floor(own * BARS));
    messages[bar]! += 1;
    if (status[i] === DECIDED) decided[bar]! += 1;
  }
  return Array.from(messages, (count, bar) => ({
    from: bar / BARS,
    to: (bar + 1) / BARS,
    messages: count,
    decided: decided[bar] as number,
  }));
}
