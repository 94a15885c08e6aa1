/** How many messages there were in each channel on each day, and how many of them a threshold flags. */
import { isOfModel, NO_TIME, PRESENT, type QueueColumns } from '../queue/columns.ts';

export interface Day {
  /** its start, milliseconds since 1970 UTC */
  readonly start: number;
  readonly messages: number;
  readonly flagged: number;
}

export interface ChannelVolume {
  readonly channel: number;
  readonly messages: number;
  readonly flagged: number;
  /** days with messages, rising: the latest ones */
  readonly days: readonly Day[];
}

const DAY = 86_400_000;
/** More days than this are not looked back, and more channels not listed. */
const MOST_DAYS = 366;
const MOST_CHANNELS = 50;

/** Channels with the most messages first. Messages without a time are in no day. */
export function volumesOf(columns: Readonly<QueueColumns>, threshold: number): readonly ChannelVolume[] {
  const { marks, channel, time, score, length } = columns;
  const channels = new Map<number, { messages: number; flagged: number; days: Map<number, [number, number]> }>();
  for (let i = 0; i < length; i++) {
    if (((marks[i] as number) & PRESENT) === 0) continue;
    const id = channel[i] as number;
    let own = channels.get(id);
    if (own === undefined) channels.set(id, (own = { messages: 0, flagged: 0, days: new Map() }));
    const isFlagged = isOfModel(marks[i] as number) && (score[i] as number) >= threshold ? 1 : 0;
    own.messages++;
    own.flagged += isFlagged;
    if (time[i] === NO_TIME) continue;
    const day = Math.floor((time[i] as number) / DAY);
    const counts = own.days.get(day);
    if (counts === undefined) own.days.set(day, [1, isFlagged]);
    else {
      counts[0]++;
      counts[1] += isFlagged;
    }
  }
  return [...channels]
    .sort(([a, one], [b, other]) => other.messages - one.messages || a - b)
    .slice(0, MOST_CHANNELS)
    .map(([id, { messages, flagged, days }]) => ({
      channel: id,
      messages,
      flagged,
      days: [...days]
        .sort(([a], [b]) => a - b)
        .slice(-MOST_DAYS)
        .map(([day, [all, hits]]) => ({ start: day * DAY, messages: all, flagged: hits })),
    }));
}
