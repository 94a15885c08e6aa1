/** Tables of decisions that this program wrote (desk/exporters), read again. */
import { z } from 'zod';
import { YES } from '../exporters/decisions.ts';
import { BETWEEN } from '../store/policies.ts';
import { DecidedElsewhere } from './decided-elsewhere.ts';
import type { ColumnMapping } from './source.ts';

/** Columns that only a table of our own has, whatever they are nested in (desk/exporters/decisions.ts). */
const MARKS = ['item', 'channel_id', 'labels', 'reviewer', 'decided_at', 'text'];

const ROLES = {
  id: 'message_id',
  author: 'author',
  time: 'time',
  channel: 'channel_id',
  label: 'labels',
} as const satisfies Partial<Record<keyof ColumnMapping, string>>;

/** What a row says beside the columns that every table may have. */
export interface OwnRow {
  /** reference of the message; '' where there is none */
  readonly item: string;
  readonly channelName: string;
  /** the verdict that counts first; empty where somebody changed it so that it cannot be read */
  readonly decided: readonly DecidedElsewhere[];
}

type CellOf = (column: string) => string;

/** Column by its bare name, JSON with dotted paths: `data.text`, `metadata.message_id`; null for any other table. */
function ownColumns(columns: readonly string[]): ReadonlyMap<string, string> | null {
  const byName = new Map(columns.map((column) => [column.slice(column.lastIndexOf('.') + 1), column]));
  return MARKS.every((mark) => byName.has(mark)) ? byName : null;
}

/** What the columns of exported decisions hold; null for any other table. */
export function ownMapping(columns: readonly string[]): ColumnMapping | null {
  const byName = ownColumns(columns);
  const text = byName?.get('text');
  if (byName === null || text === undefined) return null;
  const roles = Object.entries(ROLES).flatMap(([role, name]) => {
    const column = byName.get(name);
    return column === undefined ? [] : [[role, column] as const];
  });
  return { text, ...Object.fromEntries(roles) };
}

/** Reads rows of exported decisions; null for any other table. */
export function ownRows(columns: readonly string[]): ((cell: CellOf) => OwnRow) | null {
  const byName = ownColumns(columns);
  if (byName === null) return null;
  // A list is no column of its own: it stands beside `item`, whatever that is nested in.
  const nest = (byName.get('item') ?? '').replace(/item$/, '');
  return (cell) => {
    const of = (name: string): string => cell(byName.get(name) ?? `${nest}${name}`);
    return { item: of('item'), channelName: of('channel'), decided: decidedIn(of) };
  };
}

/** All verdicts where the row has a list of them, else the one that the columns say. */
function decidedIn(of: CellOf): readonly DecidedElsewhere[] {
  const platform = of('platform');
  const verdicts = of('verdicts');
  const told =
    verdicts === ''
      ? [
          {
            reviewer: of('reviewer'),
            decided_at: of('decided_at'),
            version: Number(of('version')),
            labels: listIn(of('labels')),
            reasons: listIn(of('reasons')),
            note: of('note') || null,
            spans: of('spans') === '' ? [] : parsed(of('spans')),
            blind: of('blind') === YES,
            settles: of('settles') === YES,
            score: numberIn(of('score')),
            opinion: of('opinion') || null,
            opinion_probability: numberIn(of('opinion_probability')),
            opinion_model: of('opinion_model') || null,
          },
        ]
      : parsed(verdicts);
  if (!Array.isArray(told)) return [];
  const read = z.array(DecidedElsewhere).max(1000);
  return read.safeParse(told.map((one: unknown) => Object.assign({ platform }, one))).data ?? [];
}

const listIn = (cell: string): readonly string[] => (cell === '' ? [] : cell.split(BETWEEN));

const numberIn = (cell: string): number | null => (cell === '' ? null : Number(cell));

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
