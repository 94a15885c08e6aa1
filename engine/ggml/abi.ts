import { INSTALL_AGAIN, LibraryError } from './library.ts';
import type { Native } from './native.ts';
import { GGML_TYPES } from './gguf/types.ts';

/** The release whose layouts, op numbers and struct sizes this program was checked with. */
export const EXPECTED = {
  version: '0.23.0',
  commit: '5b4ebc5',
  /** bytes of a tensor in a context: object header and ggml_tensor */
  tensorOverhead: 368,
  ops: {
    0: 'NONE',
    2: 'ADD',
    7: 'MUL',
    25: 'RMS_NORM',
    29: 'MUL_MAT',
    40: 'GET_ROWS',
    46: 'SOFT_MAX',
    48: 'ROPE',
    91: 'UNARY',
    100: 'GLU',
  } as Readonly<Record<number, string>>,
} as const;

/** What a library says of itself; asked once at load. */
export type AbiView = Pick<
  Native,
  | 'ggml_version'
  | 'ggml_commit'
  | 'ggml_tensor_overhead'
  | 'ggml_op_name'
  | 'ggml_type_name'
  | 'ggml_blck_size'
  | 'ggml_type_size'
> & { readonly files: { readonly base: string } };

/** Throws LibraryError unless version, layout, op numbers and type sizes are the ones this program was made for. */
export function checkAbi(native: AbiView): void {
  const differences: string[] = [];
  const expect = (what: string, expected: string | number, found: string | number) => {
    if (found !== expected) differences.push(`${what} is ${found}, expected ${expected}`);
  };
  expect('the version', EXPECTED.version, native.ggml_version());
  expect('the commit', EXPECTED.commit, native.ggml_commit());
  // A different release may have other enums: asking further could read past the end of its tables.
  if (differences.length === 0) {
    expect('the size of a tensor', EXPECTED.tensorOverhead, native.ggml_tensor_overhead());
    for (const [op, name] of Object.entries(EXPECTED.ops)) expect(`op ${op}`, name, native.ggml_op_name(Number(op)));
    for (const [name, { id, blockSize, blockBytes }] of Object.entries(GGML_TYPES)) {
      expect(`type ${id}`, name, native.ggml_type_name(id));
      expect(`the block size of ${name}`, blockSize, native.ggml_blck_size(id));
      expect(`the bytes of a block of ${name}`, blockBytes, native.ggml_type_size(id));
    }
  }
  if (differences.length > 0)
    throw new LibraryError(
      `${native.files.base} is not the ggml that this program was made for: ${differences.join('; ')}. ${INSTALL_AGAIN}`,
    );
}
