import type { Backend, RepackBuffer } from '../ggml/backend.ts';
import { GGML_TYPES, type GgmlType } from '../ggml/gguf/types.ts';

/**
 * Weight types that a layout may turn the products of a model into. Four-bit types are not among them: made from a
 * better file they lose too much (MiniLM: cosine .94 to .98), and a four-bit file runs as it stands under
 * 'file'. Nor is F16: it is no faster than BF16, and activations above 65,504 would overflow.
 */
const LAYOUT_TYPES = ['f32', 'bf16', 'q8_0'] as const satisfies readonly GgmlType[];

/**
 * In which type the products' weights lie, and whether a rearranging buffer holds them; written `q8_0+AMX`, `file`, `f32`.
 * 'file' keeps every weight as the model file has it.
 */
export interface Layout {
  readonly type: (typeof LAYOUT_TYPES)[number] | 'file';
  readonly repack: RepackBuffer | null;
}

/** The layout that every other is held against. */
export const EXACT: Layout = { type: 'f32', repack: null };

export const layoutName = ({ type, repack }: Layout): string => (repack ? `${type}+${repack.name}` : type);

/** Every layout that this backend may try; those that are mostly the fastest come first. */
export function layouts(backend: Backend): readonly Layout[] {
  const types = [...LAYOUT_TYPES.toReversed(), 'file'] as const;
  return types.flatMap((type): readonly Layout[] => {
    const plain: Layout = { type, repack: null };
    const repackable = type === 'file' || GGML_TYPES[type].blockSize > 1;
    return repackable ? [...backend.repackBuffers.map((repack) => ({ type, repack })), plain] : [plain];
  });
}

/** The layout of this name on this backend, or null where the machine has no such buffer. */
export const findLayout = (backend: Backend, name: string): Layout | null =>
  layouts(backend).find((layout) => layoutName(layout) === name) ?? null;
