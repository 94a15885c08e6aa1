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
