/** Texts of similar length that run as one graph: B of them, padded on the right to T tokens. */
export interface Batch {
  /** T */
  readonly tokens: number;
  /** B of the graph; the last batch of a length may hold fewer texts */
  readonly texts: number;
  /** which texts, as indices into the lengths that were planned */
  readonly members: readonly number[];
}

export interface BatchLimits {
  /** T·B at most, unless a single text is longer */
  readonly tokenBudget: number;
  /** T is a multiple of it: fewer shapes to build, and products like round sizes */
  readonly lengthStep: number;
}

/** Longest first, so that the largest graph is built first and memory only shrinks. */
export function planBatches(lengths: readonly number[], { tokenBudget, lengthStep }: BatchLimits): readonly Batch[] {
  const order = lengths.map((_, i) => i).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
  const batches: Batch[] = [];
  for (let at = 0; at < order.length;) {
    const longest = lengths[order[at] ?? 0] ?? 1;
    const tokens = Math.ceil(longest / lengthStep) * lengthStep;
    const texts = Math.max(1, Math.floor(tokenBudget / tokens));
    const members = order.slice(at, at + texts);
    batches.push({ tokens, texts: members.length === texts ? texts : roundUp(members.length, texts), members });
    at += members.length;
  }
  return batches;
}

/** Rests take the next power of two, so that they share a few graphs instead of building one for every count. */
function roundUp(count: number, limit: number): number {
  let rounded = 1;
  while (rounded < count) rounded *= 2;
  return Math.min(rounded, limit);
}
