/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** shown as text; left out where the table's `cell` draws this column */
  readonly text?: (row: Row) => string;
  readonly numeric?: boolean;
}
