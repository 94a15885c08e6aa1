import type { Task } from './examples.ts';

/** The range and steps of the search: a factor between 1/20 and 20, to half a percent. */
const TEMPERATURES = { least: 0.05, most: 20, steps: 60 } as const;

/**
 * The temperature with the least log loss (Guo et al. 2017), by golden section over its logarithm.
 * logits: (classes, rows), up to a constant a row, so that log probabilities do as well
 */
export function fitTemperature(
  logits: Float32Array | Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const rows = labels.length;
  const loss = (logTemperature: number) => {
    const temperature = Math.exp(logTemperature);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const of = (label: number) => (logits[row * classes + label] as number) / temperature;
      let most = -Infinity;
      for (let k = 0; k < classes; k++) most = Math.max(most, of(k));
      let total = 0;
      for (let k = 0; k < classes; k++) total += Math.exp(of(k) - most);
      sum += most + Math.log(total) - of(labels[row] as number);
    }
    return sum / rows;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(TEMPERATURES.least);
  let high = Math.log(TEMPERATURES.most);
  for (let step = 0; step < TEMPERATURES.steps; step++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (loss(a) <= loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** What makes the probabilities honest on dev; of labels that do not exclude each other, each is a choice between it and 0. */
export function temperatureOf(task: Task, logits: Float32Array, targets: Float32Array, labels: number): number {
  if (task === 'multi-label') {
    const pairs = new Float32Array(2 * logits.length);
    logits.forEach((z, i) => (pairs[2 * i + 1] = z));
    return fitTemperature(pairs, targets, 2);
  }
  const texts = targets.length / labels;
  return fitTemperature(
    logits,
    Int32Array.from({ length: texts }, (_, text) => targets.subarray(text * labels, (text + 1) * labels).indexOf(1)),
    labels,
  );
}
