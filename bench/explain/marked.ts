/** How the words that a ranking puts first agree with other things that are said of the same words. */

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

/** Spearman's rank correlation, equals sharing their mean rank; NaN where one side is all the same. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, i) => {
    const other = (y[i] ?? NaN) - middle;
    xy += (rank - middle) * other;
    xx += (rank - middle) ** 2;
    yy += other ** 2;
  });
  return xx === 0 || yy === 0 ? NaN : xy / Math.sqrt(xx * yy);
}

function ranksOf(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
}
