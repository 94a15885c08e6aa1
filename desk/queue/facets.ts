/** How many items there are of what one can filter by. */
import { NOT_READ_REASONS, type NotReadReason } from '../store/not-read.ts';
import { STATUSES, type Status } from '../review/status.ts';
import { PRESENT, type QueueColumns } from './columns.ts';

export interface Facets {
  /** by id */
  readonly channels: ReadonlyMap<number, number>;
  readonly sources: ReadonlyMap<number, number>;
  readonly languages: ReadonlyMap<string, number>;
  readonly statuses: ReadonlyMap<Status, number>;
  readonly reasons: ReadonlyMap<NotReadReason, number>;
}

export function facetsOf(columns: QueueColumns): Facets {
  const { marks } = columns;
  const languages = tally(marks, columns.language);
  const statuses = tally(marks, columns.status);
  const reasons = tally(marks, columns.reason);
  return {
    channels: tally(marks, columns.channel),
    sources: tally(marks, columns.source),
    languages: new Map(
      columns.languages
        .all()
        .map(([name, number]): [string, number] => [name, languages.get(number) ?? 0])
        .filter(([, items]) => items > 0)
        .sort(([, a], [, b]) => b - a),
    ),
    statuses: new Map(STATUSES.map((status, code) => [status, statuses.get(code) ?? 0])),
    reasons: new Map(NOT_READ_REASONS.map((reason, place) => [reason, reasons.get(place + 1) ?? 0])),
  };
}

function tally(marks: Uint8Array, column: Uint8Array | Uint16Array | Uint32Array): ReadonlyMap<number, number> {
  let largest = 0;
  for (let i = 0; i < marks.length; i++) if ((column[i] as number) > largest) largest = column[i] as number;
  const counts = new Uint32Array(largest + 1);
  for (let i = 0; i < marks.length; i++) if (((marks[i] as number) & PRESENT) !== 0) counts[column[i] as number]! += 1;
  const found = new Map<number, number>();
  counts.forEach((count, value) => {
    if (count > 0) found.set(value, count);
  });
  return found;
}
