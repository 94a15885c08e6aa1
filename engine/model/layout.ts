import type { Backend, RepackBuffer } from '../ggml/backend.ts';
import { GGML_TYPES, type GgmlType } from '../ggml/gguf/types.ts';

/** Weight types that a layout may turn the products of a model into. */
const LAYOUT_TYPES = ['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'iq4_nl'] as const satisfies readonly GgmlType[];

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

/** Every layout that this backend may try. */
export function layouts(backend: Backend): readonly Layout[] {
  const types = ['file', ...LAYOUT_TYPES] as const;
  return types.flatMap((type): readonly Layout[] => {
    const plain: Layout = { type, repack: null };
    const repackable = type === 'file' || GGML_TYPES[type].blockSize > 1;
    return repackable ? [...backend.repackBuffers.map((repack) => ({ type, repack })), plain] : [plain];
  });
}

/** The layout of this name on this backend, or null where the machine has no such buffer. */
export const findLayout = (backend: Backend, name: string): Layout | null =>
  layouts(backend).find((layout) => layoutName(layout) === name) ?? null;
