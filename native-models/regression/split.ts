/**
 * HateCheck in two parts: what a new adapter is tried on before it is recommended (development), and what is only reported.
 * Cases of one template (the same sentence about another group) fall on the same side, by a hash of what they share.
 */
import { createHash } from 'node:crypto';
import type { DatasetRow } from '../recipe/datasets.ts';

/** Share of the templates that are for development. */
const DEVELOPMENT_SHARE = 0.3;

/** The order in which HateCheck goes through its groups, within a template. */
const GROUPS = ['women', 'trans people', 'gay people', 'black people', 'disabled people', 'Muslims', 'immigrants'];
/** Two cases about the same group are of one template (with another slur) where they share this part of their words. */
const SAME = 0.5;

export interface SplitRow extends DatasetRow {
  readonly functionality: string;
  readonly part: 'development' | 'report';
}

/** @param rows in the order of the published file, `target` beside each */
export function splitHateCheck(rows: readonly (DatasetRow & { readonly target: string })[]): readonly SplitRow[] {
  const templates: (typeof rows)[number][][] = [];
  for (const row of rows) {
    const template = templates.at(-1);
    const before = template?.at(-1);
    if (template !== undefined && before !== undefined && isSameTemplate(before, row)) template.push(row);
    else templates.push([row]);
  }
  return templates.flatMap((template) => {
    const [functionality = '', words] = [functionalityOf(template[0]?.id ?? ''), sharedWords(template)];
    const drawn =
      createHash('sha256')
        .update(`${functionality} ${words.join(' ')}`)
        .digest()
        .readUInt32BE(0) /
      2 ** 32;
    const part = drawn < DEVELOPMENT_SHARE ? 'development' : 'report';
    return template.map((row) => ({ ...row, functionality, part }) as const);
  });
}

function isSameTemplate(before: DatasetRow & { target: string }, row: DatasetRow & { target: string }): boolean {
  if (functionalityOf(before.id) !== functionalityOf(row.id) || row.target === '') return false;
  const [from, to] = [GROUPS.indexOf(before.target), GROUPS.indexOf(row.target)];
  if (from < 0 || to < 0 || to < from) return false;
  const [a, b] = [new Set(wordsOf(before.text)), new Set(wordsOf(row.text))];
  return to > from || [...a].filter((word) => b.has(word)).length >= SAME * Math.max(a.size, b.size);
}

/** `hatecheck:FUNCTIONALITY:CASE` */
const functionalityOf = (id: string): string => id.split(':')[1] ?? '';

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** Words that stand in every case, in the order of the first. */
function sharedWords(template: readonly DatasetRow[]): readonly string[] {
  const [first, ...others] = template.map(({ text }) => wordsOf(text));
  return (first ?? []).filter((word) => others.every((words) => words.includes(word)));
}
