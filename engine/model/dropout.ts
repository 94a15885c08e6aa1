import type { Graph } from '../ggml/graph.ts';
import type { Tensor } from '../ggml/tensor.ts';
import type { Computed } from './block.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/**
 * Dropout (Srivastava et al. 2014): numbers going into a module become zero with probability p, the others 1/(1 − p) of
 * what they were. One mask is drawn for a pass; each module sees it from one row further on, so that no two see the same.
 */
export class Dropout {
  readonly #graph: Graph;
  readonly #mask: Tensor;
  readonly #rows: number;
  readonly #share: number;
  /** the modules that have met it */
  readonly #met: string[] = [];

  constructor(graph: Graph, hyper: Hyperparameters, rows: number, modules: number, share: number) {
    const widest = Math.max(hyper.width, hyper.mlpWidth, hyper.heads * hyper.headWidth);
    this.#graph = graph;
    this.#rows = rows;
    this.#share = share;
    // Views begin at multiples of 256 bytes.
    this.#mask = graph.input('f32', Math.ceil(widest / 64) * 64, rows + modules);
  }

  /** The same for a layer that is computed twice. */
  on(layer: string, x: Tensor): Computed {
    const g = this.#graph;
    if (!this.#met.includes(layer)) this.#met.push(layer);
    const mask = g.view(this.#mask, [x.ne[0], this.#rows], this.#mask.nb[1] * this.#met.indexOf(layer));
    return { y: g.mul(x, mask), backward: (dy) => g.mul(dy, mask) };
  }

  upload(random: (() => number) | undefined): void {
    if (!random) throw new Error('Dropout needs something that draws.');
    const [width, rows] = this.#mask.ne;
    const kept = 1 / (1 - this.#share);
    this.#mask.upload(Float32Array.from({ length: width * rows }, () => (random() < this.#share ? 0 : kept)));
  }
}
