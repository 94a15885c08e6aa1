import type { Parameters } from '../../adapter/parameters.ts';

/** Gradients of rows of a table, by row; rows that no token looked up have none. */
export type RowSums = Map<number, Float32Array>;

/** The gradients of all parameters, in memory that is used again in every step. */
export class Gradients {
  /** by name, padded, of all parameters but tables */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** by name of the table */
  readonly rows: ReadonlyMap<string, RowSums>;

  constructor({ all }: Parameters) {
    const whole = all.filter(({ role }) => role !== 'table');
    this.values = new Map(whole.map(({ name, padded }) => [name, new Float32Array(padded[0] * padded[1])]));
    this.rows = new Map(all.filter(({ role }) => role === 'table').map(({ name }) => [name, new Map()]));
  }

  clearRows(): void {
    for (const sums of this.rows.values()) sums.clear();
  }

  add(other: Gradients): void {
    for (const [name, more] of other.values) addTo(this.values.get(name), more);
    for (const [name, sums] of other.rows) for (const [row, more] of sums) this.addRow(name, row, more);
  }

  addRow(table: string, row: number, more: Float32Array): void {
    const sums = this.rows.get(table);
    const sum = sums?.get(row);
    if (sum) addTo(sum, more);
    else sums?.set(row, more.slice());
  }

  scale(by: number): void {
    for (const values of this.#arrays()) scaleBy(values, by);
  }

  /** The length of all gradients as one vector. */
  get norm(): number {
    let sum = 0;
    for (const values of this.#arrays()) sum += sumOfSquares(values);
    return Math.sqrt(sum);
  }

  *#arrays(): Generator<Float32Array> {
    yield* this.values.values();
    for (const sums of this.rows.values()) yield* sums.values();
  }
}

function addTo(sum: Float32Array | undefined, more: Float32Array): void {
  if (sum) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (more[i] as number);
}

function scaleBy(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * by;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    sum += value * value;
  }
  return sum;
}
