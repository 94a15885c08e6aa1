/** Small tables: columns as wide as their widest cell, two spaces between, the last one cut at the edge. */
import { columnsOf, cut, fill } from './width.ts';

export interface Column {
  readonly head: string;
  /** numbers stand right */
  readonly side?: 'left' | 'right';
}

/** Lines without styles; `columns` is the width of the screen. */
export function table(heads: readonly Column[], rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = heads.map(({ head }, i) => Math.max(columnsOf(head), ...rows.map((row) => columnsOf(row[i] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cut(
      cells
        .map((cell, i) =>
          heads[i]?.side === 'right' ? fill(cell, widths[i] ?? 0, 'left') : fill(cell, widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
      columns,
    );
  const head = line(heads.map(({ head: text }) => text));
  return head === '' ? rows.map(line) : [head, ...rows.map(line)];
}
