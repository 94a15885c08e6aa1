/** The scores of each of the last imports beside those of all imports before it, with a sentence where they have moved. */
import { isOfModel, PRESENT, reasonNumber, type QueueColumns } from '../queue/columns.ts';
import type { Source } from '../store/sources.ts';
import { driftOf, type Drift } from './drift.ts';
import { besideEachOther } from './histogram.ts';

export interface SourceDrift extends Drift {
  readonly source: { readonly id: number; readonly name: string };
  readonly bars: ReturnType<typeof besideEachOther>;
  readonly notice: string | null;
}

/** Imports that are looked at. */
const LAST = 5;

/**
 * Imports of which a recall target set a part aside are left out: what was read of them was picked for its scores.
 *
 * @param sources in the order in which they were imported. @returns the latest last
 */
export function driftsOf(columns: Readonly<QueueColumns>, sources: readonly Source[]): readonly SourceDrift[] {
  const bySource = scoresBySource(columns);
  const picked = pickedFrom(columns);
  const read = sources.filter(({ id }) => bySource.has(id) && !picked.has(id));
  const first = Math.max(1, read.length - LAST);
  return read.slice(first).map(({ id, path, member }, i) => {
    const before = read.slice(0, first + i).flatMap((one) => bySource.get(one.id) ?? []);
    const now = bySource.get(id) ?? [];
    const drift = driftOf(before, now, read.length - first);
    const name = member === '' ? path : `${path} (${member})`;
    return { source: { id, name }, ...drift, bars: besideEachOther(before, now), notice: noticeOf(name, drift) };
  });
}

/** Imports of which a model, this one or one before it, has read something. */
export function readSources({ marks, score, source, length }: Readonly<QueueColumns>): ReadonlySet<number> {
  const found = new Set<number>();
  for (let i = 0; i < length; i++)
    if (((marks[i] as number) & PRESENT) !== 0 && !Number.isNaN(score[i])) found.add(source[i] as number);
  return found;
}

/** Imports of which something is set aside. */
function pickedFrom({ marks, reason, source, length }: Readonly<QueueColumns>): ReadonlySet<number> {
  const setAside = reasonNumber('set-aside');
  const found = new Set<number>();
  for (let i = 0; i < length; i++)
    if (reason[i] === setAside && isOfModel(marks[i] as number)) found.add(source[i] as number);
  return found;
}

function noticeOf(name: string, { verdict, means, psi }: Drift): string | null {
  if (verdict === 'alike' || verdict === 'too few') return null;
  const [now, before] = [means.now.toFixed(2), means.before.toFixed(2)];
  return (
    `The scores of ${name} are ${verdict === 'moved much' ? 'very different from' : 'not quite'} those of the imports before: ` +
    `${now} on average, ${before} before (stability index ${psi.toFixed(2)}). Another kind of talk, or more abuse: ` +
    'decide its audit items before you rely on thresholds that were set earlier.'
  );
}

function scoresBySource({ marks, score, source, length }: Readonly<QueueColumns>): ReadonlyMap<number, number[]> {
  const found = new Map<number, number[]>();
  for (let i = 0; i < length; i++) {
    const own = score[i] as number;
    if (!isOfModel(marks[i] as number) || Number.isNaN(own)) continue;
    const list = found.get(source[i] as number);
    if (list === undefined) found.set(source[i] as number, [own]);
    else list.push(own);
  }
  return found;
}
