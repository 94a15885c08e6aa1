/** What a labelled table has to say to a person before anything is made of it. */
import type { LabelledTable } from '../desk/tables/labelled.ts';
import { count, counted } from './terminal/figures.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';

export function noteTable(screen: Screen, { path, rows, counts, leftOut, warnings }: LabelledTable): void {
  const labels = [...counts].map(([label, n]) => `${safeLine(label)} ${count(n)}`).join(', ');
  const out = [
    leftOut.noLabel > 0 ? `${count(leftOut.noLabel)} without a label` : '',
    leftOut.noText > 0 ? `${count(leftOut.noText)} without text` : '',
    leftOut.rejected > 0 ? `${count(leftOut.rejected)} that could not be read` : '',
  ].filter((part) => part !== '');
  screen.note(
    `${safeLine(path)}: ${counted(rows.length, 'row')} (${labels})${out.length === 0 ? '' : `; left out: ${out.join(', ')}`}`,
  );
  for (const warning of warnings) screen.note(`  ${safeLine(warning)}`);
}
