import type { Tensor } from '../ggml/tensor.ts';
import type { Lane, Lanes } from '../ggml/lanes.ts';
import type { AdapterModule } from '../model/block.ts';
import type { Pooling } from '../model/blocks/pooling.ts';
import { Forward } from '../model/forward.ts';
import type { Model } from '../model/model.ts';
import { planBatches } from './batching.ts';

/** A model as it reads texts: its layers up to the exit depth, with what an adapter adds to them. */
export interface Reader {
  readonly model: Model;
  readonly lanes: Lanes;
  readonly pooling: Pooling;
  /** tokens of a batch; 0 for one text at a time */
  readonly tokenBudget: number;
  readonly modules?: ReadonlyMap<string, AdapterModule> | undefined;
  readonly parameters?: ReadonlyMap<string, Tensor> | undefined;
}

export interface PooledOptions {
  readonly signal?: AbortSignal | undefined;
  /** how many texts a batch had */
  readonly onBatch?: ((texts: number) => void) | undefined;
  /** what the gates were at a text, by linear layer: one number a token. Without gates the map is empty. */
  readonly onGates?: (text: number, gates: ReadonlyMap<string, Float32Array>) => void;
  /** what the layers below one have made of each text already, (C, its length) */
  readonly below?: { readonly from: number; readonly states: (text: number) => Float32Array } | undefined;
}

/**
 * Does some work for each batch of texts, on all lanes at once, the longest texts first. `members` are indices of the texts in
 * `batch`. Throws the signal's reason between two batches.
 */
export async function eachBatch(
  { lanes, tokenBudget }: Pick<Reader, 'lanes' | 'tokenBudget'>,
  texts: readonly Int32Array[],
  signal: AbortSignal | undefined,
  work: (members: readonly number[], batch: readonly Int32Array[], lane: Lane) => Promise<void>,
): Promise<void> {
  const plan = planBatches(
    texts.map(({ length }) => length),
    tokenBudget,
  );
  await lanes.each(plan, async (members, lane) => {
    signal?.throwIfAborted();
    const batch = members.flatMap((member) => texts[member] ?? []);
    await work(members, batch, lane);
  });
}

/**
 * Pooled states of texts, on all lanes at once, batches of the longest texts first. `take` gets each text's state, (C), in no
 * particular order. Throws the signal's reason between two batches.
 */
export async function pooledStates(
  { model, lanes, pooling, tokenBudget, modules, parameters }: Reader,
  texts: readonly Int32Array[],
  take: (text: number, state: Float32Array) => void,
  { signal, onBatch, onGates, below }: PooledOptions = {},
): Promise<void> {
  const { width } = model.hyper;
  await eachBatch({ lanes, tokenBudget }, texts, signal, async (members, batch, lane) => {
    await using forward = new Forward(
      model,
      batch.map(({ length }) => length),
      {
        lane,
        watches: onGates !== undefined,
        from: below?.from,
        ...(modules && { modules }),
        ...(parameters && { parameters }),
      },
    );
    const states = below
      ? await forward.runStates(members.map(below.states), pooling)
      : await forward.run(batch, pooling);
    const gates = onGates && [...forward.gates()];
    let token = 0;
    members.forEach((member, i) => {
      take(member, states.subarray(i * width, (i + 1) * width));
      const from = token;
      token += batch[i]?.length ?? 0;
      if (gates) onGates(member, new Map(gates.map(([layer, gate]) => [layer, gate.subarray(from, token)])));
    });
    onBatch?.(members.length);
  });
}
