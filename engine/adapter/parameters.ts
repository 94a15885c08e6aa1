import type { Backend } from '../ggml/backend.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { Weights } from '../ggml/weights.ts';

/** Draws from the standard normal distribution and from [0, 1). */
export interface Draw {
  normal(): number;
  uniform(): number;
}

/** A tensor that is trained. */
export interface Parameter {
  /** in the adapter file: `blk.3.attn_q.weight.lora_a` */
  readonly name: string;
  /** sizes in the adapter file, in ggml order */
  readonly ne: readonly [number, number];
  /**
   * Sizes in memory: products want multiples of 4. What is beyond `ne` is zero and stays so, because its gradient is
   * (a zero row of A meets a zero column of B).
   */
  readonly padded: readonly [number, number];
  /** the first value of number `i` of (ne) */
  readonly start: (draw: Draw, i: number) => number;
  /**
   * L1 is for A and B alone; gates learn at a rate of their own; magnitudes are lengths of rows, which decay would pull
   * towards zero; of tables only the rows that a step looked up have a gradient.
   */
  readonly role: 'low-rank' | 'triplet' | 'gate' | 'head' | 'bottleneck' | 'magnitude' | 'weight' | 'table';
}

/** The values of all trained tensors: the masters on the host, a copy on the backend. */
export class Parameters implements AsyncDisposable {
  readonly all: readonly Parameter[];
  /** by name, padded */
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly #weights: Weights;

  /** Zeros until `start` or `set`. */
  constructor(backend: Backend, all: readonly Parameter[]) {
    this.all = all;
    this.values = new Map(all.map(({ name, padded }) => [name, new Float32Array(padded[0] * padded[1])]));
    this.#weights = new Weights(backend, new Map(all.map(({ name, padded }) => [name, { type: 'f32', ne: padded }])));
  }

  get tensors(): ReadonlyMap<string, Tensor> {
    return this.#weights.tensors;
  }

  /** numbers that are trained, padding not counted */
  get count(): number {
    return this.all.reduce((sum, { ne }) => sum + ne[0] * ne[1], 0);
  }

  /** Draws the first values, one parameter after the other. */
  start(draw: Draw): void {
    for (const parameter of this.all)
      this.set(
        parameter.name,
        Float32Array.from({ length: parameter.ne[0] * parameter.ne[1] }, (_, i) => parameter.start(draw, i)),
      );
  }

  /** values: (ne), without padding */
  set(name: string, values: Float32Array): void {
    const { ne, padded } = this.#find(name);
    const target = this.#values(name);
    for (let row = 0; row < ne[1]; row++) target.set(values.subarray(row * ne[0], (row + 1) * ne[0]), row * padded[0]);
  }

  /** The values without padding.  (ne) */
  get(name: string): Float32Array {
    return this.unpadded(name, this.#values(name));
  }

  /** values: (padded) of a parameter, or its gradient  returns (ne) */
  unpadded(name: string, values: Float32Array): Float32Array {
    const { ne, padded } = this.#find(name);
    const out = new Float32Array(ne[0] * ne[1]);
    for (let row = 0; row < ne[1]; row++)
      out.set(values.subarray(row * padded[0], row * padded[0] + ne[0]), row * ne[0]);
    return out;
  }

  /** Copies all values to the backend. */
  upload(): void {
    for (const { name } of this.all) this.#weights.get(name).upload(this.#values(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#weights[Symbol.asyncDispose]();
  }

  #find(name: string): Parameter {
    const parameter = this.all.find((one) => one.name === name);
    if (!parameter) throw new RangeError(`There is no parameter called ${name}.`);
    return parameter;
  }

  #values(name: string): Float32Array {
    const values = this.values.get(name);
    if (!values) throw new RangeError(`There is no parameter called ${name}.`);
    return values;
  }
}
