import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkAbi, EXPECTED, type AbiView } from '../../../engine/ggml/abi.ts';
import { GGML_TYPES } from '../../../engine/ggml/gguf/types.ts';
import { INSTALL_AGAIN, libraryFolder, LibraryError } from '../../../engine/ggml/library.ts';
import { loadNative } from '../../../engine/ggml/native.ts';

const types = Object.entries(GGML_TYPES);
const typeOf = (id: number) => types.find(([, { id: known }]) => known === id);

/** A library that says what is expected. */
const GOOD: AbiView = {
  files: { base: 'libggml-base.so' },
  ggml_version: () => EXPECTED.version,
  ggml_commit: () => EXPECTED.commit,
  ggml_tensor_overhead: () => EXPECTED.tensorOverhead,
  ggml_op_name: (op) => EXPECTED.ops[op] ?? '',
  ggml_type_name: (id) => typeOf(id)?.[0] ?? '',
  ggml_blck_size: (id) => typeOf(id)?.[1].blockSize ?? 0,
  ggml_type_size: (id) => typeOf(id)?.[1].blockBytes ?? 0,
};

describe('the ABI check', () => {
  it('lets the libraries of this checkout pass', () => {
    checkAbi(loadNative(libraryFolder('cpu') ?? ''));
    checkAbi(GOOD);
  });

  const q8 = GGML_TYPES.q8_0.id;
  for (const [what, other, said] of [
    ['version', { ggml_version: () => '0.24.0' }, /the version is 0\.24\.0, expected 0\.23\.0/],
    ['commit', { ggml_commit: () => 'abcdefg' }, /the commit is abcdefg/],
    ['tensor size', { ggml_tensor_overhead: () => 376 }, /the size of a tensor is 376, expected 368/],
    [
      'op number',
      { ggml_op_name: (op: number) => (op === 29 ? 'OUT_PROD' : GOOD.ggml_op_name(op)) },
      /op 29 is OUT_PROD/,
    ],
    ['type name', { ggml_type_name: (id: number) => (id === q8 ? 'q9_0' : GOOD.ggml_type_name(id)) }, /type 8 is q9_0/],
    [
      'block size',
      { ggml_blck_size: (id: number) => (id === q8 ? 64 : GOOD.ggml_blck_size(id)) },
      /block size of q8_0 is 64/,
    ],
    [
      'block bytes',
      { ggml_type_size: (id: number) => (id === q8 ? 36 : GOOD.ggml_type_size(id)) },
      /bytes of a block of q8_0 is 36/,
    ],
  ] as const satisfies readonly (readonly [string, Partial<AbiView>, RegExp])[]) {
    it(`refuses another ${what} and names it`, () => {
      assert.throws(
        () => checkAbi({ ...GOOD, ...other }),
        (error) => error instanceof LibraryError && said.test(error.message) && error.message.includes(INSTALL_AGAIN),
      );
    });
  }

  it('asks nothing more of another release, whose tables may be shorter', () => {
    let asked = false;
    const other: AbiView = { ...GOOD, ggml_version: () => '0.9.0', ggml_op_name: () => ((asked = true), '') };
    assert.throws(() => checkAbi(other), LibraryError);
    assert.equal(asked, false);
  });
});
