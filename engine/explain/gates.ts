import type { Reader } from '../score/pooled-states.ts';
import { Forward } from '../model/forward.ts';

/** Thirds of the layers that have gates: what opens low looks at words, what opens high at what they mean together. */
export const BANDS = ['lower', 'middle', 'upper'] as const;
export type Band = (typeof BANDS)[number];

/** Mean gate of each token, between 0 and 1, by band; a band without layers is left out. */
export type TokenGates = Readonly<Partial<Record<Band, Float32Array>>>;

/** The gates that one text opens, or null where the adapter has none. */
export async function gatesOf(
  { model, pooling, modules, parameters }: Reader,
  text: Int32Array,
): Promise<TokenGates | null> {
  await using forward = new Forward(model, [text.length], {
    watches: true,
    ...(modules && { modules }),
    ...(parameters && { parameters }),
  });
  await forward.run([text], pooling);
  const gates = forward.gates();
  if (gates.size === 0) return null;
  const layers = [...new Set([...gates.keys()].map(layerOf))].sort((a, b) => a - b);
  const sums: Partial<Record<Band, { readonly values: Float32Array; count: number }>> = {};
  for (const [name, values] of gates) {
    const band = BANDS[Math.floor((layers.indexOf(layerOf(name)) * BANDS.length) / layers.length)] ?? 'upper';
    const sum = (sums[band] ??= { values: new Float32Array(text.length), count: 0 });
    sum.count++;
    for (let t = 0; t < text.length; t++) sum.values[t] = (sum.values[t] as number) + (values[t] as number);
  }
  return Object.fromEntries(
    Object.entries(sums).map(([band, { values, count }]) => [band, values.map((value) => value / count)]),
  );
}

const layerOf = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
