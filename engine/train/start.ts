/** Where a training begins that goes on from an adapter instead of from values drawn at random. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { widthOf, type Adapter, type Linear } from '../adapter/adapter.ts';
import { decodeAdapter } from '../adapter/file.ts';
import type { ModuleSettings } from '../adapter/methods.ts';

/** First values of parameters. */
export interface Start {
  /** by name, without padding; what is not named is drawn */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** of the adapter that they are from */
  readonly sha256: string;
}

/** What is going to be trained. */
export interface StartInto {
  /** SHA-256 of the base model */
  readonly base: string;
  readonly depth: number;
  readonly pooling: string;
  readonly instruction: string;
  readonly modules: ModuleSettings | null;
  /** width of the head's hidden layer; 0 for none */
  readonly hidden: number;
}

/** Whether a training of this kind can go on from the adapter: the same base, read alike, with the same modules and head. */
export function canStartFrom(adapter: Adapter, into: StartInto): boolean {
  const { base, exitDepth, pooling, instruction, modules, hidden, task } = adapter;
  return (
    task !== 'multi-label' &&
    base.sha256 === into.base &&
    exitDepth === into.depth &&
    pooling === into.pooling &&
    instruction === into.instruction &&
    into.modules?.method !== 'full' &&
    isDeepStrictEqual(modules?.settings ?? null, into.modules) &&
    (hidden?.bias.length ?? 0) === into.hidden
  );
}

/**
 * The adapter's values for these labels. A label that the adapter has not known starts as the mean of those that it reviewed,
 * and the neutral one as its neutral one, whatever they are called.
 * @throws AdapterError for bytes that are no adapter, RangeError for one that the training cannot go on from
 */
export function startFrom(
  bytes: Uint8Array,
  into: StartInto,
  labels: readonly string[],
  neutral: string | null,
): Start {
  const adapter = decodeAdapter(bytes, { source: 'the adapter to start from' });
  if (!canStartFrom(adapter, into))
    throw new RangeError(`The training cannot go on from "${adapter.name}": it was made in another way.`);
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of adapter.modules?.tensors ?? []) values.set(name, tensor.values);
  const put = (name: string, { weight, bias }: Linear): void => {
    values.set(`${name}.weight`, weight);
    values.set(`${name}.bias`, bias);
  };
  if (adapter.hidden) put('moderato.hidden', adapter.hidden);
  put('moderato.head', headFor(adapter, labels, neutral));
  return { values, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function headFor(adapter: Adapter, labels: readonly string[], neutral: string | null): Linear {
  const { head, hidden, labels: known, neutralLabel } = adapter;
  const width = hidden ? hidden.bias.length : widthOf(adapter);
  const calm = neutralLabel === null ? -1 : known.indexOf(neutralLabel);
  const others = known.flatMap((_, row) => (row === calm ? [] : [row]));
  const weight = new Float32Array(width * labels.length);
  const bias = new Float32Array(labels.length);
  labels.forEach((label, row) => {
    const same = known.indexOf(label);
    const from = label === neutral && calm >= 0 ? [calm] : same >= 0 && same !== calm ? [same] : others;
    for (const one of from) {
      for (let i = 0; i < width; i++)
        weight[row * width + i] = (weight[row * width + i] ?? 0) + (head.weight[one * width + i] ?? 0) / from.length;
      bias[row] = (bias[row] ?? 0) + (head.bias[one] ?? 0) / from.length;
    }
  });
  return { weight, bias };
}
