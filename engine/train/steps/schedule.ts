import { shuffle, type Random } from '../random.ts';

/** Batches whose texts are sorted by length together, so that a batch has little padding and is still drawn at random. */
const SORTED_TOGETHER = 32;

/**
 * The batches of one epoch, as indices into `lengths`: every text once, in an order drawn at random, texts of one batch of
 * nearly the same length.
 */
export function epochBatches(lengths: readonly number[], size: number, random: Random): readonly (readonly number[])[] {
  const order = shuffle(
    lengths.map((_, text) => text),
    random,
  );
  const batches: (readonly number[])[] = [];
  for (let at = 0; at < order.length; at += size * SORTED_TOGETHER) {
    const pool = order.slice(at, at + size * SORTED_TOGETHER).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
    for (let i = 0; i < pool.length; i += size) batches.push(pool.slice(i, i + size));
  }
  return shuffle(batches, random);
}

/**
 * A batch in parts that are computed side by side: at least `parts` where there are as many texts, none above `tokens` (unless
 * one text alone is), all of about the same number of tokens.
 */
export function splitBatch(
  batch: readonly number[],
  lengths: readonly number[],
  { parts, tokens }: { readonly parts: number; readonly tokens: number },
): readonly (readonly number[])[] {
  const length = (text: number) => lengths[text] ?? 0;
  const total = batch.reduce((sum, text) => sum + length(text), 0);
  const count = Math.min(batch.length, Math.max(parts, Math.ceil(total / tokens)));
  const split = Array.from({ length: count }, () => ({ texts: [] as number[], tokens: 0 }));
  // The longest first, each to the part that has least.
  for (const text of [...batch].sort((a, b) => length(b) - length(a) || a - b)) {
    const least = split.reduce((a, b) => (b.tokens < a.tokens ? b : a));
    least.texts.push(text);
    least.tokens += length(text);
  }
  return split.map(({ texts }) => texts);
}
