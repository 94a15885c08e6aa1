import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';

/** Rows come in steps of this many: products like round sizes, and spare rows cost less than ragged ones. */
const ROW_STEP = 32;
/** llamafile's F32 products fall back to a slow loop unless they contract a multiple of the widest vector. */
const PLACE_STEP = 16;

/**
 * Where the tokens of B texts stand. Products, norms and MLPs see them packed, one text after the other (N rows, no
 * padding); the attention sees them padded to T places a text.
 *
 * A place behind a text's end takes the last row, a row that no text has takes the last place; the mask hides them. In a
 * backward pass that row and that place are always spare, so that their gradients are zero and each gather is the
 * gradient of the other.
 */
export class Places {
  /** N */
  readonly rows: number;
  /** T: places of each text in the attention, at least its length */
  readonly tokens: number;
  /** (T·B) I32: the packed row that each place takes */
  readonly padded: Tensor;
  /** (N) I32: the place of each packed row */
  readonly packed: Tensor;
  /** (T) I32: 0 … T−1 */
  readonly positions: Tensor;
  /** (N) I32: each packed row's position in its own text */
  readonly rowPositions: Tensor;
  readonly #lengths: readonly number[];

  /** @param lengths tokens of each text, at least 1 */
  constructor(graph: Graph, lengths: readonly number[], { trains }: { readonly trains: boolean }) {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const up = (n: number, step: number) => Math.ceil(n / step) * step;
    const tokens = up(Math.max(...lengths), PLACE_STEP);
    this.#lengths = lengths;
    this.rows = up(trains ? total + 1 : total, ROW_STEP);
    this.tokens = trains && total === tokens * lengths.length ? tokens + PLACE_STEP : tokens;
    this.padded = graph.input('i32', this.tokens * lengths.length);
    this.packed = graph.input('i32', this.rows);
    this.positions = graph.input('i32', this.tokens);
    this.rowPositions = graph.input('i32', this.rows);
  }

  upload(): void {
    const { rows, tokens: T } = this;
    const places = T * this.#lengths.length;
    const rowPositions = new Int32Array(rows);
    const packed = new Int32Array(rows).fill(places - 1);
    const padded = new Int32Array(places).fill(rows - 1);
    let row = 0;
    this.#lengths.forEach((length, text) => {
      for (let t = 0; t < length; t++, row++) {
        rowPositions[row] = t;
        packed[row] = text * T + t;
        padded[text * T + t] = row;
      }
    });
    this.padded.upload(padded);
    this.packed.upload(packed);
    this.positions.upload(Int32Array.from({ length: T }, (_, i) => i));
    this.rowPositions.upload(rowPositions);
  }
}
