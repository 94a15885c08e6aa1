/** What gates learned: their base rates, for explanations, and how they differ by layer and label, for the report. */
import { BANDS, hasGates, type GateRates } from '../../adapter/gate-rates.ts';
import { modulesOf, type ModuleSettings } from '../../adapter/methods.ts';
import type { Parameters } from '../../adapter/parameters.ts';
import { baseRates } from '../../explain/base-rates.ts';
import { bandsOfLayers, layerOf, meansByBand, type TokenGates } from '../../explain/gates.ts';
import { pooledStates, type Reader } from '../../score/pooled-states.ts';
import type { Examples } from '../examples.ts';

export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

/** Over all tokens and all modules of some layers. */
export interface GateSpread extends Spread {
  readonly perLabel: Readonly<Record<string, Spread>>;
}

/** Of texts of dev alone. */
export interface GateReport {
  readonly texts: number;
  readonly bands: Readonly<Record<string, GateSpread>>;
  readonly layers: readonly (GateSpread & { readonly layer: number })[];
}

export interface WatchedParts {
  readonly labels: readonly string[];
  readonly train: Examples;
  readonly dev: Examples;
}

export interface WatchHooks {
  readonly signal?: AbortSignal | undefined;
  /** after each batch */
  readonly onProgress?: (() => void) | undefined;
}

/** Enough for a steady mean of every frequent token, in seconds. */
const MOST_TEXTS = 2000;

/**
 * Reads texts with what was trained and watches the gates; null for a method that has none. The report is of dev; base
 * rates are of dev and, up to 2,000 texts in all, of train: a small dev alone would know few tokens. Throws the signal's
 * reason when aborted.
 */
export async function gateFigures(
  reader: Reader,
  settings: ModuleSettings | null,
  parameters: Parameters,
  { labels, train, dev }: WatchedParts,
  { signal, onProgress }: WatchHooks = {},
): Promise<{ readonly rates: GateRates; readonly report: GateReport } | null> {
  if (!settings || !hasGates(settings)) return null;
  const devRows = spread(dev.texts.length, MOST_TEXTS);
  const trainRows = spread(train.texts.length, MOST_TEXTS - devRows.length);
  const texts = [...devRows.map((row) => dev.texts[row]), ...trainRows.map((row) => train.texts[row])].filter(
    (text) => text !== undefined,
  );
  const bands = new Array<TokenGates>(texts.length).fill({});
  const layers = new Array<ReadonlyMap<number, Moments>>(texts.length);
  const { modules } = modulesOf(settings, reader.model.hyper, reader.model.depth);
  await pooledStates({ ...reader, modules, parameters: parameters.tensors }, texts, () => {}, {
    signal,
    onBatch: onProgress,
    onGates: (text, gates) => {
      bands[text] = meansByBand(gates) ?? {};
      layers[text] = momentsByLayer(gates);
    },
  });
  const labelsOf = devRows.map((row) => labels.filter((_, k) => dev.targets[row * labels.length + k] === 1));
  return { rates: baseRates(texts, bands), report: reportOf(layers.slice(0, devRows.length), labelsOf, labels) };
}

/** At most `most` numbers below `count`, evenly spaced. */
function spread(count: number, most: number): readonly number[] {
  const taken = Math.min(count, most);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

/** Count, sum and sum of squares. */
interface Moments {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

const NOTHING: Moments = { count: 0, sum: 0, squares: 0 };

const both = (a: Moments, b: Moments): Moments => ({
  count: a.count + b.count,
  sum: a.sum + b.sum,
  squares: a.squares + b.squares,
});

function momentsByLayer(gates: ReadonlyMap<string, Float32Array>): ReadonlyMap<number, Moments> {
  const found = new Map<number, Moments>();
  for (const [name, values] of gates) {
    const own = values.reduce((m, x) => both(m, { count: 1, sum: x, squares: x * x }), NOTHING);
    found.set(layerOf(name), both(found.get(layerOf(name)) ?? NOTHING, own));
  }
  return found;
}

/** @param labelsOf of each text, beside `texts` */
function reportOf(
  texts: readonly ReadonlyMap<number, Moments>[],
  labelsOf: readonly (readonly string[])[],
  labels: readonly string[],
): GateReport {
  const layers = [...(texts[0]?.keys() ?? [])].sort((a, b) => a - b);
  const bandOf = bandsOfLayers(layers);
  const spreadOf = (among: readonly number[]): GateSpread => {
    const sum = (label?: string): Moments =>
      texts.reduce(
        (all, text, i) =>
          label === undefined || labelsOf[i]?.includes(label)
            ? among.reduce((m, layer) => both(m, text.get(layer) ?? NOTHING), all)
            : all,
        NOTHING,
      );
    return { ...asSpread(sum()), perLabel: Object.fromEntries(labels.map((label) => [label, asSpread(sum(label))])) };
  };
  const inBand = BANDS.map((band) => [band, layers.filter((layer) => bandOf(layer) === band)] as const);
  return {
    texts: texts.length,
    bands: Object.fromEntries(inBand.filter(([, own]) => own.length > 0).map(([band, own]) => [band, spreadOf(own)])),
    layers: layers.map((layer) => ({ layer, ...spreadOf([layer]) })),
  };
}

/** Four places are more than two runs agree on. */
function asSpread({ count, sum, squares }: Moments): Spread {
  const mean = sum / Math.max(count, 1);
  const rounded = (x: number): number => Number(x.toFixed(4));
  return { mean: rounded(mean), sd: rounded(Math.sqrt(Math.max(squares / Math.max(count, 1) - mean * mean, 0))) };
}
