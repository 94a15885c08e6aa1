import type { Native, Pointer } from './native.ts';
import { GGML_TYPES, tensorBytes, type GgmlType } from './gguf/types.ts';

/** Sizes in ggml order, fastest first. */
export type Shape = readonly [number, number, number, number];

/** A wrong shape or type, found before native code would have ended the process over it. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** What a tensor's memory belongs to: the Graph or the Weights that made it. */
export interface TensorHome {
  readonly native: Native;
  /** Its tensors are gone. */
  readonly disposed: boolean;
  /** Throws BackendError unless the tensor's memory is there and may be copied now. */
  assertCopy(tensor: Tensor, direction: 'to' | 'from'): void;
}

interface TensorDetails {
  /** strides in bytes; dense where absent */
  readonly nb?: Shape;
  readonly repacked?: boolean;
}

/**
 * A tensor of a ggml context. Sizes and strides are kept on this side: the native struct is never decoded.
 * It does not own its memory: its home does.
 */
export class Tensor {
  readonly home: TensorHome;
  readonly pointer: Pointer;
  readonly type: GgmlType;
  readonly ne: Shape;
  /** strides in bytes */
  readonly nb: Shape;
  /** Lies in a buffer that rearranges weights: may only be the left operand of a product. */
  readonly repacked: boolean;

  constructor(
    home: TensorHome,
    pointer: Pointer,
    type: GgmlType,
    ne: Shape,
    { nb = denseStrides(type, ne), repacked = false }: TensorDetails = {},
  ) {
    this.home = home;
    this.pointer = pointer;
    this.type = type;
    this.ne = ne;
    this.nb = nb;
    this.repacked = repacked;
  }

  /** number of elements */
  get size(): number {
    return this.ne[0] * this.ne[1] * this.ne[2] * this.ne[3];
  }

  get byteLength(): number {
    return tensorBytes(this.type, this.ne);
  }

  /** Fully contiguous, in the order of its sizes; strides of single elements too, since some kernels read them. */
  get dense(): boolean {
    const strides = denseStrides(this.type, this.ne);
    return this.nb.every((stride, i) => stride === strides[i]);
  }

  /** Elements of a row lie side by side. */
  get denseRows(): boolean {
    return this.nb[0] === GGML_TYPES[this.type].blockBytes;
  }

  /** Copies to the backend. Throws ShapeError, BackendError when it is not allocated or a computation is in flight. */
  upload(data: ArrayBufferView): void {
    if (data.byteLength !== this.byteLength)
      throw new ShapeError(`A tensor of ${describe(this)} takes ${this.byteLength} bytes, not ${data.byteLength}.`);
    if (!this.dense) throw new ShapeError(`Only a dense tensor can be filled, not a view of ${describe(this)}.`);
    this.home.assertCopy(this, 'to');
    this.home.native.ggml_backend_tensor_set(this.pointer, data, 0, data.byteLength);
  }

  /** Copies part of a tensor to the backend, from byte `offset` on. */
  uploadPart(data: ArrayBufferView, offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + data.byteLength > this.byteLength)
      throw new ShapeError(
        `Bytes ${offset} to ${offset + data.byteLength} lie outside a tensor of ${this.byteLength} bytes.`,
      );
    // A rearranged weight is rearranged as a whole.
    if (!this.dense || this.repacked) throw new ShapeError(`${describe(this)} cannot be filled in parts.`);
    this.home.assertCopy(this, 'to');
    this.home.native.ggml_backend_tensor_set(this.pointer, data, offset, data.byteLength);
  }

  /**
   * Copies an F32 tensor from the backend, in its dense order: a weight or an output of a computed graph.
   * @param into of the tensor's size, where memory is to be used again
   */
  download(into?: Float32Array): Float32Array {
    if (this.type !== 'f32' || !this.dense || this.repacked)
      throw new ShapeError(`Only a dense f32 tensor can be read back, not ${describe(this)}.`);
    this.home.assertCopy(this, 'from');
    const data = into ?? new Float32Array(this.size);
    if (data.length !== this.size)
      throw new ShapeError(`${describe(this)} holds ${this.size} numbers, not ${data.length}.`);
    this.home.native.ggml_backend_tensor_get(this.pointer, data, 0, data.byteLength);
    return data;
  }
}

export const describe = ({ type, ne, repacked, dense }: Tensor): string =>
  `${repacked ? 'rearranged ' : dense ? '' : 'strided '}${type} (${ne.join(', ')})`;

/** Strides in bytes of a contiguous tensor. */
export function denseStrides(type: GgmlType, ne: Shape): Shape {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const row = (ne[0] / blockSize) * blockBytes;
  return [blockBytes, row, row * ne[1], row * ne[1] * ne[2]];
}

export function shape(ne: readonly number[]): Shape {
  const [a = 1, b = 1, c = 1, d = 1, ...rest] = ne;
  if (rest.length > 0) throw new ShapeError(`ggml tensors have at most four dimensions, not ${ne.length}.`);
  for (const n of [a, b, c, d])
    if (!Number.isSafeInteger(n) || n < 1) throw new ShapeError(`(${ne.join(', ')}) is not a shape.`);
  return [a, b, c, d];
}

/** The shape of a tensor of this type: rows are a whole number of blocks, and its bytes can be counted exactly. */
export function shapeOf(type: GgmlType, ne: readonly number[]): Shape {
  const full = shape(ne);
  const { blockSize } = GGML_TYPES[type];
  if (full[0] % blockSize !== 0)
    throw new ShapeError(`Rows of ${type} have a multiple of ${blockSize} values, not ${full[0]}.`);
  if (!Number.isSafeInteger(tensorBytes(type, full))) throw new ShapeError(`${type} (${ne.join(', ')}) is too large.`);
  return full;
}
