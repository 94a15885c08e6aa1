/** How the words that a ranking puts first agree with those that people marked. */

/**
 * F1 of the first `count` words against the marked ones, 1 where a word is marked. Equals in the order of `draw`.
 * As ERASER has it (DeYoung et al. 2020): how many words are taken is the same for every ranking.
 */
export function tokenF1(
  marked: readonly number[],
  values: readonly number[],
  draw: readonly number[],
  count: number,
): number {
  const order = [...draw].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const hits = order.slice(0, count).filter((word) => marked[word] === 1).length;
  return (2 * hits) / (count + marked.filter((is) => is === 1).length);
}

/** … and what a random choice of as many gives on average. */
export const randomF1 = (marked: readonly number[], count: number): number => {
  const positives = marked.filter((is) => is === 1).length;
  return (2 * count * positives) / (marked.length * (count + positives));
};
