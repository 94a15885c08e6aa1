import type { Backend } from './backend.ts';
import { GGML_TYPES, type GgmlType } from './gguf/types.ts';
import { NULL, type Native, type Pointer } from './native.ts';
import {
  takesBackOf,
  takesCast,
  takesConcat,
  takesCont,
  takesDense,
  takesFlashAttention,
  takesGetRows,
  takesNorm,
  takesOuter,
  takesPermute,
  takesProduct,
  takesRepeated,
  takesReshape,
  takesRope,
  takesSoftMax,
  takesTransposed,
  takesView,
} from './operands.ts';
import { shape, type Shape, type Tensor } from './tensor.ts';

/** ggml's rope modes: pairs of neighbours, or the two halves of a head (neox). */
export type RopeMode = 'pairs' | 'halves';
const ROPE_MODES: Readonly<Record<RopeMode, number>> = { pairs: 0, halves: 2 };

/** GGML_PREC_F32 */
const PRECISION_F32 = 10;

export interface RopeOptions {
  /** dimensions of a head that are turned */
  readonly dims: number;
  readonly mode: RopeMode;
  readonly base: number;
  /** factor on the positions (1 = none) */
  readonly scale: number;
  /** (dims/2) F32 divisors of the frequencies (Llama 3) */
  readonly factors?: Tensor | undefined;
}

type Unary = 'sqr' | 'sqrt' | 'silu' | 'sigmoid' | 'relu' | 'step' | 'tanh' | 'exp';

/** ggml's CPU adds up rows 64 numbers at a time, and the rest one by one. */
const LONG_ROW = 64;

/**
 * The operations that a graph can be built of. Shapes are checked here, in ggml order (fastest first), because ggml ends
 * the process on a wrong one. Each operation runs on every backend: where one lacks it (Metal has no rms_norm_back), the
 * same is composed of others, and what was made to ask with stays unused, but takes its room.
 */
export abstract class Operations {
  abstract readonly backend: Backend;
  abstract readonly native: Native;
  protected abstract readonly context: Pointer;

  /** The address of an operand; makes sure that it may be used and that there is room. */
  protected abstract at(tensor: Tensor): Pointer;
  protected abstract result(pointer: Pointer, ne: Shape, type?: GgmlType): Tensor;
  protected abstract viewOf(pointer: Pointer, source: Tensor, ne: Shape, nb?: Shape): Tensor;

  /** Product over the first dimension of both.  a: (k, m, …)  b: (k, n, …)  returns F32 (m, n, …); a's upper dimensions broadcast. */
  mulMat(a: Tensor, b: Tensor): Tensor {
    takesProduct(a, b);
    const made = this.native.ggml_mul_mat(this.context, this.at(a), this.at(b));
    // Sums in halves lose digits and overflow at 65,504; CUDA and Vulkan take them for some weights unless told not to.
    this.native.ggml_mul_mat_set_prec(made, PRECISION_F32);
    return this.result(made, [a.ne[1], b.ne[1], b.ne[2], b.ne[3]]);
  }

  /** a + b; b is repeated into a's shape. */
  add(a: Tensor, b: Tensor): Tensor {
    takesRepeated('add', a, b);
    return this.result(this.native.ggml_add(this.context, this.at(a), this.at(b)), a.ne);
  }

  /** a · b element by element; b is repeated into a's shape. */
  mul(a: Tensor, b: Tensor): Tensor {
    takesRepeated('mul', a, b);
    return this.result(this.native.ggml_mul(this.context, this.at(a), this.at(b)), a.ne);
  }

  /** s · a */
  scale(a: Tensor, s: number): Tensor {
    takesDense('scale', a);
    return this.result(this.native.ggml_scale(this.context, this.at(a), s), a.ne);
  }

  /** a / √(mean(a²) + eps) over each row */
  rmsNorm(a: Tensor, eps: number): Tensor {
    takesNorm('rmsNorm', a, eps);
    return this.result(this.native.ggml_rms_norm(this.context, this.at(a), eps), a.ne);
  }

  /** (a − mean(a)) / √(var(a) + eps) over each row */
  norm(a: Tensor, eps: number): Tensor {
    takesNorm('norm', a, eps);
    return this.result(this.native.ggml_norm(this.context, this.at(a), eps), a.ne);
  }

  /** GELU, tanh form, as llama.cpp computes it. */
  gelu(a: Tensor): Tensor {
    takesDense('gelu', a);
    return this.result(this.native.ggml_gelu(this.context, this.at(a)), a.ne);
  }

  /** softmax over each row of scale · a + mask.  a: (keys, queries, heads, texts)  mask: (keys, ≥ queries, …) F32 or absent */
  softMax(a: Tensor, mask: Tensor | null, scale: number): Tensor {
    takesSoftMax(a, mask);
    const made = this.native.ggml_soft_max_ext(this.context, this.at(a), mask ? this.at(mask) : NULL, scale, 0);
    return this.result(made, a.ne);
  }

  /**
   * softmax(scale · kᵀ q + mask) v in one pass that never stores the shares (FlashAttention, Dao et al. 2022), where the
   * backend has it for these shapes.
   * q: (D, queries, H, B)  k, v: (D, keys, K, B), rows dense  mask: (keys, queries, 1, 1 or B) F16  returns (D, H, queries, B)
   */
  flashAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: number): Tensor {
    takesFlashAttention(q, k, v, mask);
    const [atQ, atK, atV, atMask] = [this.at(q), this.at(k), this.at(v), this.at(mask)];
    const asked = this.native.ggml_flash_attn_ext(this.context, atQ, atK, atV, atMask, scale, 0, 0);
    const made = this.result(asked, [q.ne[0], q.ne[2], q.ne[1], q.ne[3]]);
    // CUDA has it for some widths of heads only, and 32, that of small encoders, is none of them.
    if (this.backend.supports(made.pointer)) return made;
    const P = this.softMax(this.mulMat(k, this.cont(q)), mask, scale); // (keys, queries, H, B)
    return this.cont(this.permute(this.outProd(v, this.turned(P)), [0, 2, 1, 3]));
  }

  /** Rotary position embedding.  a: (head width, heads, tokens, texts)  positions: (tokens) I32, shared by the texts */
  rope(a: Tensor, positions: Tensor, options: RopeOptions): Tensor {
    takesRope(a, positions, options.dims, options.factors);
    return this.result(this.native.ggml_rope_ext(...this.#ropeArguments(a, positions, options)), a.ne);
  }

  /** Rows of a table.  table: (n, rows)  ids: (count) I32, each below rows  returns F32 (n, count) */
  getRows(table: Tensor, ids: Tensor): Tensor {
    takesGetRows(table, ids);
    const made = this.native.ggml_get_rows(this.context, this.at(table), this.at(ids));
    return this.result(made, [table.ne[0], ids.ne[0], 1, 1]);
  }

  /** The same elements in another shape; a must be dense. */
  reshape(a: Tensor, ...ne: number[]): Tensor {
    const full = shape(ne);
    takesReshape(a, full);
    return this.viewOf(this.native.ggml_reshape_4d(this.context, this.at(a), ...full), a, full);
  }

  /** Dimension i of a becomes dimension axes[i] of the result; no copy. */
  permute(a: Tensor, axes: Shape): Tensor {
    takesPermute(a, axes);
    const ne: [number, number, number, number] = [1, 1, 1, 1];
    const nb: [number, number, number, number] = [0, 0, 0, 0];
    axes.forEach((to, from) => {
      ne[to] = a.ne[from] ?? 1;
      nb[to] = a.nb[from] ?? 0;
    });
    return this.viewOf(this.native.ggml_permute(this.context, this.at(a), ...axes), a, ne, nb);
  }

  /** A dense copy. */
  cont(a: Tensor): Tensor {
    takesCont(a);
    return this.result(this.native.ggml_cont(this.context, this.at(a)), a.ne, a.type);
  }

  /** A dense copy with the first two dimensions swapped. */
  transposed(a: Tensor): Tensor {
    takesTransposed(a);
    const ne: Shape = [a.ne[1], a.ne[0], a.ne[2], a.ne[3]];
    const nb: Shape = [a.nb[1], a.nb[0], a.nb[2], a.nb[3]];
    return this.cont(this.viewOf(this.native.ggml_transpose(this.context, this.at(a)), a, ne, nb));
  }

  /** A view with the first two dimensions swapped. */
  turned(a: Tensor): Tensor {
    // A vector keeps its numbers' order, and gets strides that CUDA can go by: swapped, those of a dimension of 1 are not.
    const isVector = a.ne[0] === 1 || a.ne[1] === 1;
    return isVector && a.dense ? this.reshape(a, a.ne[1], a.ne[0], a.ne[2], a.ne[3]) : this.permute(a, [1, 0, 2, 3]);
  }

  /** A window into a, whose rows are dense; strides stay a's.  offset: bytes, a multiple of 256 */
  view(a: Tensor, ne: readonly number[], offset: number): Tensor {
    const full = shape(ne);
    takesView(a, full, offset);
    const [, nb1, nb2, nb3] = a.nb;
    const made = this.native.ggml_view_4d(this.context, this.at(a), ...full, nb1, nb2, nb3, offset);
    return this.viewOf(made, a, full, a.nb);
  }

  /** A dense copy in another type. */
  cast(a: Tensor, type: GgmlType): Tensor {
    takesCast(a, type);
    return this.result(this.native.ggml_cast(this.context, this.at(a), GGML_TYPES[type].id), a.ne, type);
  }

  /** a − b; b is repeated into a's shape. */
  sub(a: Tensor, b: Tensor): Tensor {
    takesRepeated('sub', a, b);
    return this.result(this.native.ggml_sub(this.context, this.at(a), this.at(b)), a.ne);
  }

  /** a / b element by element; b is repeated into a's shape. */
  div(a: Tensor, b: Tensor): Tensor {
    takesRepeated('div', a, b);
    return this.result(this.native.ggml_div(this.context, this.at(a), this.at(b)), a.ne);
  }

  /** s · a + b */
  scaleBias(a: Tensor, s: number, b: number): Tensor {
    takesDense('scaleBias', a);
    return this.result(this.native.ggml_scale_bias(this.context, this.at(a), s, b), a.ne);
  }

  sqr(a: Tensor): Tensor {
    return this.#unary('sqr', a);
  }

  sqrt(a: Tensor): Tensor {
    return this.#unary('sqrt', a);
  }

  exp(a: Tensor): Tensor {
    return this.#unary('exp', a);
  }

  tanh(a: Tensor): Tensor {
    return this.#unary('tanh', a);
  }

  sigmoid(a: Tensor): Tensor {
    return this.#unary('sigmoid', a);
  }

  relu(a: Tensor): Tensor {
    return this.#unary('relu', a);
  }

  /** 1 where a is above 0, else 0 */
  step(a: Tensor): Tensor {
    return this.#unary('step', a);
  }

  /** a · σ(a) */
  silu(a: Tensor): Tensor {
    return this.#unary('silu', a);
  }

  /** The gradient of silu at a.  dy, a: dense, of one shape */
  siluBack(dy: Tensor, a: Tensor): Tensor {
    takesBackOf('siluBack', dy, a);
    return this.result(this.native.ggml_silu_back(this.context, this.at(dy), this.at(a)), a.ne);
  }

  /** Sum of each row.  a: (n, …)  returns (1, …) */
  sumRows(a: Tensor): Tensor {
    takesDense('sumRows', a);
    return this.result(this.native.ggml_sum_rows(this.context, this.at(a)), [1, a.ne[1], a.ne[2], a.ne[3]]);
  }

  /** Mean of each row.  a: (n, …)  returns (1, …) */
  mean(a: Tensor): Tensor {
    takesDense('mean', a);
    return this.result(this.native.ggml_mean(this.context, this.at(a)), [1, a.ne[1], a.ne[2], a.ne[3]]);
  }

  /** The gradient of rmsNorm at x.  dy, x: dense, of one shape */
  rmsNormBack(dy: Tensor, x: Tensor, eps: number): Tensor {
    takesBackOf('rmsNormBack', dy, x);
    takesNorm('rmsNormBack', x, eps);
    const made = this.result(this.native.ggml_rms_norm_back(this.context, this.at(dy), this.at(x), eps), x.ne);
    if (this.backend.supports(made.pointer)) return made;
    // dx = (dy − x · mean(dy · x) / ms) / √ms,  ms = mean(x²) + eps
    const ms = this.scaleBias(this.mean(this.sqr(x)), 1, eps);
    const along = this.div(this.mean(this.mul(dy, x)), ms);
    return this.div(this.sub(dy, this.mul(x, along)), this.sqrt(ms));
  }

  /** The gradient of softMax of scale · a at its result P.  dP, P: dense, of one shape */
  softMaxBack(dP: Tensor, P: Tensor, scale: number): Tensor {
    takesBackOf('softMaxBack', dP, P);
    // The CPU's kernel overwrites P where it computes in P's memory, as it does when dP is still needed and P is not. A
    // scaled dP is read by nobody else, so that its memory is the one that is taken.
    const d = this.scale(dP, scale);
    const made = this.result(this.native.ggml_soft_max_ext_back(this.context, this.at(d), this.at(P), 1, 0), P.ne);
    if (this.backend.supports(made.pointer)) return made;
    // dS = w − P · Σ w,  w = P · d
    const w = this.mul(P, d);
    return this.sub(w, this.mul(P, this.sumRows(w)));
  }

  /** The gradient of rope: turned back.  dy: as rope's a */
  ropeBack(dy: Tensor, positions: Tensor, options: RopeOptions): Tensor {
    takesRope(dy, positions, options.dims, options.factors);
    return this.result(this.native.ggml_rope_ext_back(...this.#ropeArguments(dy, positions, options)), dy.ne);
  }

  /**
   * Sum over n of outer products, which is a product without any number of it in a row: whole rows of `a` are added up.
   * a: (m, n, …)  b: (p, n, …), any view  returns (m, p, …)
   */
  outProd(a: Tensor, b: Tensor): Tensor {
    takesOuter(a, b);
    const ne: Shape = [a.ne[0], b.ne[0], b.ne[2], b.ne[3]];
    if (a.ne[0] >= LONG_ROW) {
      const made = this.result(this.native.ggml_out_prod(this.context, this.at(a), this.at(b)), ne);
      if (this.backend.supports(made.pointer)) return made;
    }
    const isTurned = b.nb[1] === GGML_TYPES.f32.blockBytes;
    return this.mulMat(this.transposed(a), isTurned ? this.turned(b) : this.transposed(b));
  }

  /**
   * W u over few numbers r, as low-rank updates have it: whole rows are summed, since a dot product of 8 numbers takes longer
   * to begin and end than to compute.  W: (m, r)  u: (r, N)  returns (m, N)
   */
  shortProduct(W: Tensor, u: Tensor): Tensor {
    return this.outProd(W, this.turned(u));
  }

  /** b behind a in the first dimension; the others are the same.  returns dense */
  concat(a: Tensor, b: Tensor): Tensor {
    takesConcat(a, b);
    const made = this.native.ggml_concat(this.context, this.at(a), this.at(b), 0);
    return this.result(made, [a.ne[0] + b.ne[0], a.ne[1], a.ne[2], a.ne[3]]);
  }

  #unary(name: Unary, a: Tensor): Tensor {
    takesDense(name, a);
    return this.result(this.native[`ggml_${name}`](this.context, this.at(a)), a.ne);
  }

  #ropeArguments(a: Tensor, positions: Tensor, { dims, mode, base, scale, factors }: RopeOptions) {
    const at = factors ? this.at(factors) : NULL;
    return [
      this.context,
      this.at(a),
      this.at(positions),
      at,
      dims,
      ROPE_MODES[mode],
      0,
      base,
      scale,
      0,
      1,
      32,
      1,
    ] as const;
  }
}
