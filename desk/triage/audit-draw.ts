/**
 * The random sample on which all estimates rest: of every stratum of scores the same share, rounded up, drawn without
 * returning; each item keeps the chance that it had.
 */
import { randomInt } from 'node:crypto';
import type { AuditItem } from '../store/audit-items.ts';

/** Scores fall into so many strata of equal width. */
const STRATA = 10;

/** What was scored in one go. */
export interface Scored {
  readonly item: number;
  readonly score: number;
}

/**
 * @param every one in so many; 0: none
 * @param random gives whole numbers from 0 below `n`
 */
export function drawAudit(
  scored: readonly Scored[],
  every: number,
  random: (n: number) => number = (n) => randomInt(n),
): readonly AuditItem[] {
  if (every === 0) return [];
  const strata = Array.from({ length: STRATA }, () => [] as number[]);
  for (const { item, score } of scored) strata[Math.min(STRATA - 1, Math.floor(score * STRATA))]?.push(item);
  return strata.flatMap((items, stratum) => {
    const count = Math.ceil(items.length / every);
    const probability = count / items.length;
    // The first `count` places of a shuffle (Fisher and Yates).
    for (let i = 0; i < count; i++) {
      const j = i + random(items.length - i);
      [items[i], items[j]] = [items[j] as number, items[i] as number];
    }
    return items.slice(0, count).map((item) => ({ item, stratum, probability, place: random(1 << 30) / (1 << 30) }));
  });
}
