const HALF_LN_2PI = Math.log(2 * Math.PI) / 2;

/** ln Γ(x) for x > 0: Stirling's series; below 10 by Γ(x) = Γ(x + 1) / x. Error below 1e-12 of ln Γ(10). */
export function lnGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 10) {
    shift -= Math.log(at);
    at += 1;
  }
  const inverse = 1 / at;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - (square * 1) / 1188))));
  return shift + (at - 0.5) * Math.log(at) - at + HALF_LN_2PI + series;
}

/** ln B(a, b) */
export const lnBeta = (a: number, b: number): number => lnGamma(a) + lnGamma(b) - lnGamma(a + b);
