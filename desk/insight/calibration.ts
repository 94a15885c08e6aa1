/**
 * Whether a score of .8 means that 80 of 100 such messages are abuse, and the curve that makes it so:
 *   p = σ(slope · logit(score) + intercept)      (Platt 1999)
 * A temperature alone, which adapters have from their training, cannot follow a community in which abuse is rarer.
 */
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import { intervalOf, LEAST_AUDIT_ITEMS, rateOf, type Weighed } from './audit-sample.ts';
import type { Interval } from './bootstrap.ts';
import { expectedCalibrationError } from './metrics.ts';

export interface Curve {
  readonly slope: number;
  readonly intercept: number;
}

/** One bar of the reliability diagram. */
export interface Reliability extends Interval {
  /** scores [from, to), the last one with its end */
  readonly from: number;
  readonly to: number;
  readonly items: number;
  /** mean score */
  readonly score: number;
  /** share of abuse, with its 95% interval */
  readonly rate: number;
}

export interface Calibration {
  readonly items: number;
  /** as the model says it */
  readonly asIs: Reading;
  /** after the curve, each item read with a curve that was fitted without it */
  readonly calibrated: Reading & Curve;
}

export interface Reading {
  readonly ece: number;
  /** what the ECE of so few items would be if every probability were exactly right: mean, and 95% of the time at most */
  readonly byChance: { readonly mean: number; readonly most: number };
  readonly bins: readonly Reliability[];
}

const FOLDS = 5;
const BINS = 10;
const DRAWS = 200;
/** Scores are held so far from 0 and 1 that their logit is finite. */
const LEAST_SCORE = 1e-6;
const STEPS = 100;

export const calibrated = ({ slope, intercept }: Curve, score: number): number =>
  sigmoid(slope * logit(score) + intercept);

/**
 * The curve with the least weighted log loss, by Newton's method. The two kinds are held a little short of certain, as Platt
 * has it, so that it is finite where scores separate them. null where only one kind is there, or scores do not rise with abuse.
 */
export function fitCurve(items: readonly Pick<Weighed, 'score' | 'positive' | 'weight'>[]): Curve | null {
  const positives = items.filter(({ positive }) => positive).length;
  if (positives === 0 || positives === items.length) return null;
  const target = { yes: (positives + 1) / (positives + 2), no: 1 / (items.length - positives + 2) };
  let slope = 1;
  let intercept = 0;
  for (let step = 0; step < STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const { score, positive, weight } of items) {
      const x = logit(score);
      const p = sigmoid(slope * x + intercept);
      const error = weight * (p - (positive ? target.yes : target.no));
      const bend = weight * Math.max(p * (1 - p), 1e-12);
      g0 += error;
      g1 += error * x;
      h00 += bend;
      h01 += bend * x;
      h11 += bend * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12 * h00 * h11)) break;
    const byIntercept = (h11 * g0 - h01 * g1) / determinant;
    const bySlope = (h00 * g1 - h01 * g0) / determinant;
    // A long step from afar overshoots.
    const scale = 1 / Math.max(1, Math.abs(byIntercept) / 2, Math.abs(bySlope) / 2);
    intercept -= scale * byIntercept;
    slope -= scale * bySlope;
    if (Math.abs(byIntercept) + Math.abs(bySlope) < 1e-10) break;
  }
  return slope > 0 ? { slope, intercept } : null;
}

/** null where fewer than 30 items were decided, or no curve can be fitted. @param seed of folds and draws */
export function calibrationOf(items: readonly Weighed[], seed = 1): Calibration | null {
  const curve = items.length < LEAST_AUDIT_ITEMS ? null : fitCurve(items);
  const crossed = curve && crossFitted(items, seed);
  if (curve === null || crossed === null) return null;
  return { items: items.length, asIs: reading(items, seed), calibrated: { ...reading(crossed, seed), ...curve } };
}

/** Each item with the probability of a curve that was fitted on the other folds; null where one has only one kind. */
export function crossFitted(items: readonly Weighed[], seed: number): readonly Weighed[] | null {
  const folds = new Uint8Array(items.length);
  const order = shuffle(
    items.map((_, i) => i),
    seededRandom(seed),
  );
  // Both kinds are dealt one after the other, so that every fold has its share of the rare one.
  const dealt = [
    ...order.filter((i) => items[i]?.positive === true),
    ...order.filter((i) => items[i]?.positive !== true),
  ];
  dealt.forEach((item, place) => (folds[item] = place % FOLDS));
  const curves = Array.from({ length: FOLDS }, (_, fold) => fitCurve(items.filter((__, i) => folds[i] !== fold)));
  if (curves.includes(null)) return null;
  return items.map((item, i) => {
    const curve = curves[folds[i] as number];
    return { ...item, score: curve ? calibrated(curve, item.score) : item.score };
  });
}

function reading(items: readonly Weighed[], seed: number): Reading {
  const random = seededRandom(seed);
  const chance = Float64Array.from({ length: DRAWS }, () => eceOf(items, ({ score }) => random() < score)).sort();
  return {
    ece: eceOf(items, ({ positive }) => positive),
    byChance: { mean: chance.reduce((sum, x) => sum + x, 0) / DRAWS, most: chance[Math.floor(0.95 * DRAWS)] ?? NaN },
    bins: binsOf(items),
  };
}

/**
 * Over tenths of the score: how far the share of abuse is from the mean score. Of the score and not, as in `moderato eval`, of
 * whichever label is more probable: there, too much at .8 and too much at .2 would make up for each other.
 */
function eceOf(items: readonly Weighed[], isPositive: (item: Weighed) => boolean): number {
  return expectedCalibrationError(
    // One class, abuse, which an item has or not.
    items.map((item) => (isPositive(item) ? 0 : 1)),
    items.map(({ score }) => score),
    1,
    items.map(({ weight }) => weight),
    BINS,
  );
}

function binsOf(items: readonly Weighed[]): readonly Reliability[] {
  return Array.from({ length: BINS }, (_, bin) => bin).flatMap((bin) => {
    const inside = items.filter(({ score }) => Math.min(BINS - 1, Math.floor(score * BINS)) === bin);
    const weight = inside.reduce((sum, one) => sum + one.weight, 0);
    const rate = rateOf(inside, weight);
    if (rate.value === null) return [];
    const score = inside.reduce((sum, one) => sum + one.weight * one.score, 0) / weight;
    return [
      { from: bin / BINS, to: (bin + 1) / BINS, items: inside.length, score, rate: rate.value, ...intervalOf(rate) },
    ];
  });
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const logit = (p: number): number => {
  const held = Math.min(1 - LEAST_SCORE, Math.max(LEAST_SCORE, p));
  return Math.log(held / (1 - held));
};
