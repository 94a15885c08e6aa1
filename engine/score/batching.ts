/**
 * Groups texts into batches: longest first, so that the largest graph comes first and the texts of one batch are of
 * nearly the same length. A batch holds up to `tokenBudget` tokens, or one text that is longer.
 * @param lengths tokens of each text
 * @returns for each batch the texts in it, as indices into `lengths`
 */
export function planBatches(lengths: readonly number[], tokenBudget: number): readonly (readonly number[])[] {
  const length = (text: number) => lengths[text] ?? 0;
  const order = lengths.map((_, text) => text).sort((a, b) => length(b) - length(a) || a - b);
  const batches: number[][] = [];
  let room = 0;
  for (const text of order) {
    const batch = batches.at(-1);
    if (batch && length(text) <= room) batch.push(text);
    else {
      batches.push([text]);
      room = tokenBudget;
    }
    room -= length(text);
  }
  return batches;
}
