import { Backend } from '../../../engine/ggml/backend.ts';
import type { Pointer } from '../../../engine/ggml/native.ts';

/** Operations that Metal lacks, and attention in one pass, which CUDA lacks for heads of 32. */
const LACKING: ReadonlySet<string> = new Set(['RMS_NORM_BACK', 'SOFT_MAX_BACK', 'OUT_PROD', 'FLASH_ATTN_EXT']);

/**
 * The processor as if it lacked what Metal lacks, so that what is composed of other operations there is computed here.
 * Graph.finish asks it too: a kernel that slipped in would be refused.
 */
export const openLikeMetal = (): Backend =>
  Object.assign(Backend.open('cpu'), {
    supports(this: Backend, node: Pointer): boolean {
      return !LACKING.has(this.native.ggml_op_desc(node)) && Backend.prototype.supports.call(this, node);
    },
  });
