/**
 * Whether the figures that the program shows are right: communities of which every label is known, a moderator who decides
 * the audit sample as the labels say, and one who decides as many messages from the urgent order.
 */
import { readDataset, type SetName } from '../native-models/recipe/datasets.ts';
import { weigh, type Audited } from '../desk/insight/audit-sample.ts';
import { calibrated, calibrationOf, fitCurve } from '../desk/insight/calibration.ts';
import { conformalThresholds } from '../desk/insight/conformal.ts';
import { expectedCalibrationError } from '../desk/insight/metrics.ts';
import { naiveTable, thresholdTable, type ThresholdRow } from '../desk/insight/thresholds.ts';
import { AuditDraw, drawnOf } from '../desk/triage/audit-draw.ts';
import { descendingOrder } from '../engine/explain/deletion.ts';
import { seededRandom, shuffle, type Random } from '../engine/train/random.ts';
import { faster, smaller, type Bench, type Figure } from './figure.ts';
import { mean } from './timing.ts';
import { Reader } from './reader.ts';
import { labelledSamples } from './texts.ts';

/** Samples that are drawn of each community. */
const RUNS = 50;
/** One message in so many is drawn, as the program does unless told otherwise. */
const EVERY = 15;
const THRESHOLDS = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] as const;
/** Where estimates are compared in figures. */
const LOOKED_AT = 0.5;
const MOST_MESSAGES = 12_000;
/** Sets that the adapter that comes along never saw. */
const SETS: readonly SetName[] = ['stormfront_hate', 'wikitalk_context_toxicity'];

interface Labelled {
  readonly name: string;
  readonly rows: readonly { readonly text: string; readonly positive: boolean }[];
}

interface Community {
  readonly scores: readonly number[];
  readonly positive: readonly boolean[];
}

const bench: Bench = async ({ data, adapter, scale, say }) => {
  await using reader = await Reader.open(adapter);
  const figures: Figure[] = [];
  const lines: string[] = [];
  for (const { name, rows } of communities(data, scale)) {
    say(`${name}: ${rows.length} messages, ${rows.filter(({ positive }) => positive).length} abusive`);
    const verdicts = await reader.read(rows.map(({ text }) => text));
    const read = rows.flatMap(({ positive }, i) => {
      const verdict = verdicts[i];
      return verdict ? [{ score: verdict.score, positive }] : [];
    });
    const community = { scores: read.map(({ score }) => score), positive: read.map(({ positive }) => positive) };
    const { made, table } = measure(name, community);
    figures.push(...made);
    lines.push(...table);
  }
  const text = [...figures.map(lineOf), '', ...lines].join('\n');
  return { figures, text: `${text}\n` };
};
export default bench;

function communities(data: string | null, scale: number): readonly Labelled[] {
  const part = (rows: Labelled['rows']): Labelled['rows'] =>
    shuffle([...rows], seededRandom(1)).slice(0, Math.round(MOST_MESSAGES * scale));
  if (data === null) return [{ name: 'samples', rows: part(labelledSamples()) }];
  return SETS.map((set) => ({
    name: set,
    rows: part(readDataset(data, set).map(({ text, label }) => ({ text, positive: label === 1 }))),
  }));
}

function measure(name: string, community: Community): { made: readonly Figure[]; table: readonly string[] } {
  const random = seededRandom(5);
  const { scores } = community;
  const right = tableOf(
    sampleOf(
      community,
      scores.map((_, i) => i),
    ),
  );
  const urgentOrder = descendingOrder(scores);
  const runs = Array.from({ length: RUNS }, (_, seed) => {
    const audited = audit(community, random);
    const decided = urgentOrder.slice(0, audited.length);
    const [held, calibration] = [audited.map(({ item }) => item), calibrationOf(weigh(audited, scores), seed + 1)];
    return {
      audit: thresholdTable(audited, scores, THRESHOLDS),
      urgent: naiveTable(sampleOf(community, decided), THRESHOLDS),
      calibration,
      rest: eceOfRest(community, new Set(held), audited),
      conformal: conformalThresholds(weigh(audited, scores), [0.9])[0]?.threshold ?? null,
    };
  });
  const at = THRESHOLDS.indexOf(LOOKED_AT);
  const off = (values: readonly (number | null | undefined)[], truth: number | null | undefined): number =>
    mean(
      values.flatMap((value) =>
        typeof value === 'number' && typeof truth === 'number' ? [Math.abs(value - truth)] : [],
      ),
    );
  const calibrations = runs.flatMap(({ calibration }) => calibration ?? []);
  const urgent = { name: 'as many decisions in the urgent order' };
  const asIs = { name: 'the scores as they are' };
  const estimates = (figure: 'precision' | 'recall'): readonly Figure[] => [
    smaller(
      `insights.${name}.${figure}.error`,
      off(
        runs.map((run) => run.audit[at]?.[figure]?.value),
        right[at]?.[figure],
      ),
      `mean distance from the truth at ${LOOKED_AT}, ${RUNS} samples`,
      {
        ...urgent,
        value: off(
          runs.map((run) => run.urgent[at]?.[figure]),
          right[at]?.[figure],
        ),
      },
    ),
    faster(
      `insights.${name}.${figure}.held`,
      mean(runs.flatMap(({ audit: rows }) => rows.flatMap((row, i) => holds(row[figure], right[i]?.[figure] ?? null)))),
      'share of 95% intervals that hold the truth',
    ),
  ];
  const made = [
    ...estimates('precision'),
    ...estimates('recall'),
    smaller(
      `insights.${name}.ece`,
      mean(calibrations.map(({ calibrated: one }) => one.ece)),
      'ECE on audit items, cross-fitted',
      {
        ...asIs,
        value: mean(calibrations.map(({ asIs: one }) => one.ece)),
      },
    ),
    smaller(
      `insights.${name}.ece.by_chance`,
      mean(calibrations.map(({ calibrated: one }) => one.byChance.mean)),
      'ECE of exact probabilities on as many items',
    ),
    faster(
      `insights.${name}.ece.at_most_3`,
      mean(calibrations.map(({ calibrated: one }) => (one.ece <= 0.03 ? 1 : 0))),
      'share of samples with an ECE of 3% or less',
    ),
    smaller(
      `insights.${name}.ece.rest`,
      mean(runs.flatMap(({ rest }) => rest?.after ?? [])),
      'ECE on all other messages',
      {
        ...asIs,
        value: mean(runs.flatMap(({ rest }) => rest?.before ?? [])),
      },
    ),
    faster(
      `insights.${name}.conformal`,
      mean(runs.flatMap(({ conformal }) => (conformal === null ? [] : recallFrom(community, conformal)))),
      'share of abuse above the threshold that promises .90',
    ),
  ];
  return { made, table: biasTable(name, right, runs[0]) };
}

const tableOf = (sample: readonly Omit<Audited, 'probability'>[]) => naiveTable(sample, THRESHOLDS);

const sampleOf = ({ scores, positive }: Community, items: readonly number[]) =>
  items.map((item) => ({ score: scores[item] ?? NaN, positive: positive[item] === true }));

function audit(community: Community, random: Random): readonly (Audited & { readonly item: number })[] {
  const scored = community.scores.map((score, item) => ({ item, score }));
  const draw = new AuditDraw(Uint8Array.from({ length: 32 }, () => random() * 256));
  return drawnOf(draw, scored, EVERY).map(({ item, probability }) => ({
    item,
    probability,
    score: community.scores[item] ?? NaN,
    positive: community.positive[item] === true,
  }));
}

/** Of the messages that are no audit items, before and after the curve that those give. */
function eceOfRest(
  community: Community,
  held: ReadonlySet<number>,
  audited: readonly Audited[],
): { readonly before: number; readonly after: number } | null {
  const curve = fitCurve(weigh(audited, community.scores));
  if (curve === null) return null;
  const rest = sampleOf(
    community,
    [...community.scores.keys()].filter((item) => !held.has(item)),
  );
  const ece = (scoreOf: (score: number) => number): number =>
    expectedCalibrationError(
      rest.map(({ positive }) => (positive ? 0 : 1)),
      rest.map(({ score }) => scoreOf(score)),
      1,
      undefined,
      10,
    );
  return { before: ece((score) => score), after: ece((score) => calibrated(curve, score)) };
}

function holds(estimate: ThresholdRow['precision'], truth: number | null): readonly number[] {
  if (estimate === null || truth === null) return [];
  return [estimate.low <= truth && truth <= estimate.high ? 1 : 0];
}

function recallFrom({ scores, positive }: Community, threshold: number): number {
  const abuse = scores.filter((_, i) => positive[i] === true);
  return abuse.filter((score) => score >= threshold).length / abuse.length;
}

function biasTable(
  name: string,
  right: ReturnType<typeof naiveTable>,
  run: { readonly audit: readonly ThresholdRow[]; readonly urgent: ReturnType<typeof naiveTable> } | undefined,
): readonly string[] {
  const percent = (p: number | null | undefined): string =>
    p === null || p === undefined ? '–' : `${(100 * p).toFixed(1)}%`;
  const cell = (estimate: ThresholdRow['precision'] | undefined): string =>
    estimate ? `${percent(estimate.value)} (${percent(estimate.low)} … ${percent(estimate.high)})` : '–';
  return [
    `${name}, one sample:`,
    '',
    '| from | precision: truth | audit items | urgent order | recall: truth | audit items | urgent order |',
    '|---|---|---|---|---|---|---|',
    ...right.map(({ threshold, precision, recall }, i) => {
      const [ours, naive] = [run?.audit[i], run?.urgent[i]];
      const cells = [
        percent(precision),
        cell(ours?.precision),
        percent(naive?.precision),
        percent(recall),
        cell(ours?.recall),
        percent(naive?.recall),
      ];
      return `| ${threshold.toFixed(1)} | ${cells.join(' | ')} |`;
    }),
    '',
  ];
}

function lineOf({ name, value, unit, peer, peer_value }: Figure): string {
  const other = peer === null || peer_value === null ? '' : `; ${peer}: ${peer_value.toFixed(4)}`;
  return `${name}: ${value.toFixed(4)} (${unit}${other})`;
}
