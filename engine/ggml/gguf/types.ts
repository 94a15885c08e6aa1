/**
 * The tensor types of ggml 0.23.0 (llama.cpp v0.4.0): number in a file, values per block, bytes per block.
 * Copied from `enum ggml_type` and `type_traits` of that release; the FFI compares this table with the loaded library
 * (`ggml_type_name`, `ggml_blck_size`, `ggml_type_size`), because the numbers and layouts change between releases.
 */

interface TypeLayout {
  /** number in GGUF files and in `enum ggml_type` */
  readonly id: number;
  /** values per block; a row (ne[0]) is a whole number of blocks */
  readonly blockSize: number;
  /** bytes per block */
  readonly blockBytes: number;
}

export const GGML_TYPES = {
  f32: { id: 0, blockSize: 1, blockBytes: 4 },
  f16: { id: 1, blockSize: 1, blockBytes: 2 },
  q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  q5_0: { id: 6, blockSize: 32, blockBytes: 22 },
  q5_1: { id: 7, blockSize: 32, blockBytes: 24 },
  q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  q8_1: { id: 9, blockSize: 32, blockBytes: 36 },
  q2_K: { id: 10, blockSize: 256, blockBytes: 84 },
  q3_K: { id: 11, blockSize: 256, blockBytes: 110 },
  q4_K: { id: 12, blockSize: 256, blockBytes: 144 },
  q5_K: { id: 13, blockSize: 256, blockBytes: 176 },
  q6_K: { id: 14, blockSize: 256, blockBytes: 210 },
  q8_K: { id: 15, blockSize: 256, blockBytes: 292 },
  iq2_xxs: { id: 16, blockSize: 256, blockBytes: 66 },
  iq2_xs: { id: 17, blockSize: 256, blockBytes: 74 },
  iq3_xxs: { id: 18, blockSize: 256, blockBytes: 98 },
  iq1_s: { id: 19, blockSize: 256, blockBytes: 50 },
  iq4_nl: { id: 20, blockSize: 32, blockBytes: 18 },
  iq3_s: { id: 21, blockSize: 256, blockBytes: 110 },
  iq2_s: { id: 22, blockSize: 256, blockBytes: 82 },
  iq4_xs: { id: 23, blockSize: 256, blockBytes: 136 },
  i8: { id: 24, blockSize: 1, blockBytes: 1 },
  i16: { id: 25, blockSize: 1, blockBytes: 2 },
  i32: { id: 26, blockSize: 1, blockBytes: 4 },
  i64: { id: 27, blockSize: 1, blockBytes: 8 },
  f64: { id: 28, blockSize: 1, blockBytes: 8 },
  iq1_m: { id: 29, blockSize: 256, blockBytes: 56 },
  bf16: { id: 30, blockSize: 1, blockBytes: 2 },
  tq1_0: { id: 34, blockSize: 256, blockBytes: 54 },
  tq2_0: { id: 35, blockSize: 256, blockBytes: 66 },
  mxfp4: { id: 39, blockSize: 32, blockBytes: 17 },
  nvfp4: { id: 40, blockSize: 64, blockBytes: 36 },
  q1_0: { id: 41, blockSize: 128, blockBytes: 18 },
  q2_0: { id: 42, blockSize: 64, blockBytes: 18 },
} as const satisfies Record<string, TypeLayout>;

/** A tensor type by the name that ggml itself gives it (`ggml_type_name`). */
export type GgmlType = keyof typeof GGML_TYPES;

/** Names of types that were in files once and that ggml 0.23.0 no longer reads. */
const REMOVED = new Map([
  [4, 'q4_2'],
  [5, 'q4_3'],
  [31, 'q4_0_4_4'],
  [32, 'q4_0_4_8'],
  [33, 'q4_0_8_8'],
  [36, 'iq4_nl_4_4'],
  [37, 'iq4_nl_4_8'],
  [38, 'iq4_nl_8_8'],
]);

const BY_ID = new Map<number, GgmlType>();
for (const [name, layout] of Object.entries(GGML_TYPES)) BY_ID.set(layout.id, name as GgmlType);

/** The type with this number, or undefined where ggml 0.23.0 has none. */
export function ggmlTypeOf(id: number): GgmlType | undefined {
  return BY_ID.get(id);
}

/** What an unreadable type number stands for, in words for an error message. */
export function describeUnknownType(id: number): string {
  const removed = REMOVED.get(id);
  return removed === undefined
    ? `type number ${id}, which ggml 0.23.0 does not know`
    : `type ${removed} (number ${id}), which ggml no longer reads`;
}

/**
 * Bytes of a dense tensor.
 * @param ne sizes in ggml order, fastest first; ne[0] is a whole number of blocks (the callers check it)
 */
export function tensorBytes(type: GgmlType, ne: readonly number[]): number {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  return (ne.reduce((product, n) => product * n, 1) / blockSize) * blockBytes;
}
