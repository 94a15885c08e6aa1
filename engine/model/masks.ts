import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import { isWindowed } from './hyperparameters.ts';
import type { Model } from './model.ts';

/** −∞ in half precision */
const MINUS_INFINITY = 0xfc00;

/** Which keys each query may see: causal, windowed (gemma3), or all of its own text (bert). */
export class Masks {
  readonly #model: Model;
  readonly #tokens: number;
  readonly #full: Tensor;
  readonly #windowed: Tensor | null;

  constructor(graph: Graph, model: Model, tokens: number, texts: number) {
    this.#model = model;
    this.#tokens = tokens;
    const { causal } = model.architecture;
    const { window } = model.hyper;
    // A causal model never looks at the padding on the right, so that one mask serves all texts.
    this.#full = graph.input('f16', tokens, tokens, 1, causal ? 1 : texts);
    this.#windowed = window && window.size < tokens ? graph.input('f16', tokens, tokens) : null;
  }

  of(layer: number): Tensor {
    return isWindowed(this.#model.hyper, layer) ? (this.#windowed ?? this.#full) : this.#full;
  }

  upload(lengths: readonly number[]): void {
    const T = this.#tokens;
    const filled = (texts: number, sees: (text: number, query: number, key: number) => boolean) => {
      const mask = new Uint16Array(T * T * texts);
      for (let b = 0; b < texts; b++)
        for (let q = 0; q < T; q++)
          for (let k = 0; k < T; k++) if (!sees(b, q, k)) mask[(b * T + q) * T + k] = MINUS_INFINITY;
      return mask;
    };
    const { causal } = this.#model.architecture;
    this.#full.upload(
      causal ? filled(1, (_, q, k) => k <= q) : filled(lengths.length, (b, _, k) => k < (lengths[b] ?? 1)),
    );
    const size = this.#model.hyper.window?.size ?? T;
    this.#windowed?.upload(filled(1, (_, q, k) => k <= q && q - k < size));
  }
}
