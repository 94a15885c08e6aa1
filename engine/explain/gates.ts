import { BANDS, type Band } from '../adapter/gate-rates.ts';
import { pooledStates, type Reader } from '../score/pooled-states.ts';

/** A gate for each token, between 0 and 1, by band; a band without layers is left out. */
export type TokenGates = Readonly<Partial<Record<Band, Float32Array>>>;

/** The gates that one text opens, or null where the adapter has none. */
export async function gatesOf(reader: Reader, text: Int32Array): Promise<TokenGates | null> {
  let found: TokenGates | null = null;
  const onGates = (_: number, gates: ReadonlyMap<string, Float32Array>): void => {
    found = meansByBand(gates);
  };
  await pooledStates(reader, [text], () => {}, { onGates });
  return found;
}

/**
 * Mean gate of each token over the modules of a band, or null without gates.
 * gates: (tokens) by linear layer
 */
export function meansByBand(gates: ReadonlyMap<string, Float32Array>): TokenGates | null {
  if (gates.size === 0) return null;
  const bandOf = bandsOfLayers([...gates.keys()].map(layerOf));
  const sums: Partial<Record<Band, { readonly values: Float32Array; count: number }>> = {};
  for (const [name, values] of gates) {
    const sum = (sums[bandOf(layerOf(name))] ??= { values: new Float32Array(values.length), count: 0 });
    sum.count++;
    for (let t = 0; t < values.length; t++) sum.values[t] = (sum.values[t] as number) + (values[t] as number);
  }
  return Object.fromEntries(
    Object.entries(sums).map(([band, { values, count }]) => [band, values.map((value) => value / count)]),
  );
}

/** Which band a layer belongs to, among those that have gates. */
export function bandsOfLayers(layers: readonly number[]): (layer: number) => Band {
  const gated = [...new Set(layers)].sort((a, b) => a - b);
  return (layer) => BANDS[Math.floor((gated.indexOf(layer) * BANDS.length) / gated.length)] ?? 'upper';
}

/** 3 of `blk.3.attn_q` */
export const layerOf = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
