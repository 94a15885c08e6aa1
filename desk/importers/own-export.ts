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

/**
 * What the columns of exported decisions hold; null for any other table.
 * @param columns names, JSON with dotted paths: `data.text`, `metadata.message_id`
 */
export function ownMapping(columns: readonly string[]): ColumnMapping | null {
  const byName = new Map(columns.map((column) => [column.slice(column.lastIndexOf('.') + 1), column]));
  const text = byName.get('text');
  if (text === undefined || !MARKS.every((mark) => byName.has(mark))) return null;
  const roles = Object.entries(ROLES).flatMap(([role, name]) => {
    const column = byName.get(name);
    return column === undefined ? [] : [[role, column] as const];
  });
  return { text, ...Object.fromEntries(roles) };
}
