/** Made-up communities of which everything is known, to see whether estimates from a sample of them are right. */
import type { Audited } from '../../../desk/insight/audit-sample.ts';
import { AuditDraw, drawnOf } from '../../../desk/triage/audit-draw.ts';
import type { Random } from '../../../engine/train/random.ts';

export interface Community {
  readonly scores: Float32Array;
  readonly positive: readonly boolean[];
}

/**
 * Most scores are low; a score of s is abuse with a chance of `chance(s)`.
 * @param skew the larger, the fewer high scores
 */
export function communityOf(random: Random, messages: number, chance: (score: number) => number, skew = 4): Community {
  const scores = Float32Array.from({ length: messages }, () => random() ** skew);
  return { scores, positive: Array.from(scores, (score) => random() < chance(score)) };
}

/** The audit sample, decided by somebody who is always right. */
export function audit({ scores, positive }: Community, random: Random, every = 15): readonly Audited[] {
  const scored = Array.from(scores, (score, item) => ({ item, score }));
  const draw = new AuditDraw(Uint8Array.from({ length: 32 }, () => random() * 256));
  return drawnOf(draw, scored, every).map(({ item, probability }) => ({
    score: scores[item] as number,
    positive: positive[item] as boolean,
    probability,
  }));
}

/** What is true of a threshold. */
export function truth({ scores, positive }: Community, threshold: number): { precision: number; recall: number } {
  let flagged = 0;
  let caught = 0;
  let all = 0;
  scores.forEach((score, i) => {
    if (score >= threshold) flagged++;
    if (positive[i] !== true) return;
    all++;
    if (score >= threshold) caught++;
  });
  return { precision: caught / flagged, recall: caught / all };
}
