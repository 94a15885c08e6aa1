/**
 * How far an adapter's gates usually open, learned from the texts that it was trained with, so that the gate at a word can
 * be told from what that word always gets. In the adapter file: three lists of numbers under `moderato.gates`.
 */
import type { GgufFile } from '../ggml/gguf/read.ts';
import type { GgufValue } from '../ggml/gguf/values.ts';
import { AdapterError, DAMAGED, NEW } from './errors.ts';
import type { ModuleSettings } from './methods.ts';

/** Thirds of the layers that have gates: what opens low looks at words, what opens high at what they mean together. */
export const BANDS = ['lower', 'middle', 'upper'] as const;
export type Band = (typeof BANDS)[number];

/** Base rates of gates, by band; of fewer than three layers the first bands alone. */
export interface GateRates {
  /** mean over all tokens: (bands) */
  readonly overall: Float32Array;
  /** the tokens that are known, by id, ascending */
  readonly tokens: Int32Array;
  /** mean over the places where a token stands: (bands, tokens) */
  readonly ofTokens: Float32Array;
}

/** The most frequent tokens are kept; the others are as rare as a base rate of theirs is unsure. */
export const MOST_TOKENS = 4000;

const KEYS = {
  overall: 'moderato.gates.overall',
  tokens: 'moderato.gates.tokens',
  ofTokens: 'moderato.gates.of_tokens',
} as const;

export const bandsOf = ({ overall }: GateRates): readonly Band[] => BANDS.slice(0, overall.length);

export const hasGates = (settings: ModuleSettings): boolean => 'gate' in settings;

/** @throws AdapterError where the lists do not fit each other or hold what no gate can be */
export function gateRateKeys(rates: GateRates): [string, GgufValue][] {
  const { overall, tokens, ofTokens } = checked(rates, NEW);
  return [
    [KEYS.overall, { type: 'arr', of: 'f32', value: overall }],
    [KEYS.tokens, { type: 'arr', of: 'i32', value: tokens }],
    [KEYS.ofTokens, { type: 'arr', of: 'f32', value: ofTokens }],
  ];
}

/**
 * Undefined where the file has none.
 * @param layers those that have gates, by what the file says itself
 * @throws AdapterError as gateRateKeys does, or where there are no such gates; GgufError where a list is missing
 */
export function readGateRates({ metadata, name }: GgufFile, layers: number): GateRates | undefined {
  if (!metadata.has(KEYS.overall)) return undefined;
  const { length } = metadata.requireNumbers(KEYS.overall);
  const bands = Math.min(BANDS.length, layers);
  if (length !== bands)
    throw refusal(name, 'overall', `holds ${length} numbers for ${layers} layers with gates, ${bands} are expected`);
  return checked(
    {
      overall: Float32Array.from(metadata.requireNumbers(KEYS.overall)),
      tokens: Int32Array.from(metadata.requireNumbers(KEYS.tokens)),
      ofTokens: Float32Array.from(metadata.requireNumbers(KEYS.ofTokens)),
    },
    name,
  );
}

function checked(rates: GateRates, source: string): GateRates {
  const { overall, tokens, ofTokens } = rates;
  if (overall.length < 1 || overall.length > BANDS.length)
    throw refusal(source, 'overall', `holds ${overall.length} numbers`);
  if (tokens.length > MOST_TOKENS)
    throw refusal(source, 'tokens', `holds ${tokens.length} tokens, more than ${MOST_TOKENS}`);
  const wrong = tokens.findIndex((id, i) => id <= (i === 0 ? -1 : (tokens[i - 1] ?? 0)));
  if (wrong >= 0) throw refusal(source, 'tokens', `is not in order at ${wrong}`);
  if (ofTokens.length !== tokens.length * overall.length)
    throw refusal(source, 'ofTokens', `holds ${ofTokens.length} numbers for ${tokens.length} tokens`);
  for (const list of ['overall', 'ofTokens'] as const) {
    const beyond = rates[list].find((gate) => !(gate >= 0 && gate <= 1));
    if (beyond !== undefined) throw refusal(source, list, `holds ${beyond}, a gate is between 0 and 1`);
  }
  return rates;
}

const refusal = (source: string, list: keyof typeof KEYS, what: string): AdapterError =>
  new AdapterError(source, `key '${KEYS[list]}'`, what, DAMAGED);
