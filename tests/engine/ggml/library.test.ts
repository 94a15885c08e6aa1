import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  findLibraries,
  INSTALL_AGAIN,
  libraryFolder,
  LibraryError,
  packageNames,
} from '../../../engine/ggml/library.ts';

describe('native libraries are found by pattern', () => {
  const folders: string[] = [];
  const folderOf = (...names: string[]): string => {
    const folder = mkdtempSync(join(tmpdir(), 'moderato-library-'));
    folders.push(folder);
    for (const name of names) writeFileSync(join(folder, name), '');
    return folder;
  };
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  const beside = ['llama-addon.node', '_nlcBuildMetadata.json'];
  for (const [system, base, registry, others] of [
    [
      'Linux',
      'libggml-base.so',
      'libggml.v0.4.0.so',
      ['libllama.v0.4.0.so', 'libllama-common.so', 'libggml-cpu-haswell.so'],
    ],
    ['Linux with CUDA', 'libggml-base.so', 'libggml.cuda.v0.4.0.so', ['libggml-cuda.so', 'libggml-cpu-x64.so']],
    ['Linux with Vulkan, a later release', 'libggml-base.so', 'libggml.vulkan.v0.10.12.so', ['libggml-vulkan.so']],
    [
      'macOS',
      'libggml-base.dylib',
      'libggml.metal.v0.4.0.dylib',
      ['libggml-metal.so', 'libggml-blas.so', 'libggml-cpu.so'],
    ],
    ['Windows', 'ggml-base.dll', 'ggml.v0.4.0.dll', ['ggml-cpu-x64.dll', 'llama.v0.4.0.dll']],
    ['a build without a release tag', 'libggml-base.so', 'libggml.so', ['libggml-cpu.so']],
  ] as const) {
    it(system, () => {
      const found = findLibraries(folderOf(base, registry, ...others, ...beside));
      assert.deepEqual([basename(found.base), basename(found.registry)], [base, registry]);
    });
  }

  it('none, two, or no folder: an error that names what is missing', () => {
    const refuses = (folder: string, what: RegExp): void =>
      void assert.throws(
        () => findLibraries(folder),
        (error) => error instanceof LibraryError && what.test(error.message),
      );
    refuses(folderOf(...beside), /base library .* found none/);
    refuses(folderOf('libggml-base.so'), /registry library .* found none/);
    refuses(
      folderOf('libggml-base.so', 'libggml.v0.4.0.so', 'libggml.v0.5.0.so'),
      /registry library .* found libggml\.v0\.[45]\.0\.so, libggml\.v0\.[45]\.0\.so/,
    );
    refuses(join(folderOf(), 'gone'), /does not exist/);
  });

  it('every platform has a package for its processor, GPUs only where there are some', () => {
    assert.deepEqual(packageNames('cpu', 'linux', 'x64'), ['linux-x64']);
    assert.deepEqual(packageNames('cpu', 'linux', 'arm'), ['linux-armv7l']);
    assert.deepEqual(packageNames('cpu', 'darwin', 'arm64'), ['mac-arm64-metal']);
    assert.deepEqual(packageNames('cpu', 'win32', 'x64'), ['win-x64']);
    assert.deepEqual(packageNames('vulkan', 'win32', 'x64'), ['win-x64-vulkan']);
    assert.deepEqual(packageNames('cuda', 'linux', 'x64'), ['linux-x64-cuda']);
    assert.deepEqual(packageNames('cuda', 'darwin', 'arm64'), []);
    assert.deepEqual(packageNames('metal', 'linux', 'x64'), []);
  });

  it('this machine has the processor libraries, and they are complete', () => {
    const folder = libraryFolder('cpu');
    assert.ok(folder !== null);
    assert.equal(findLibraries(folder).folder, folder);
  });

  it('what helps is said for the package first, and nowhere for a checkout alone', () => {
    assert.match(INSTALL_AGAIN, /^Install Moderato again \(in a checkout/);
    const root = new URL('../../../', import.meta.url);
    const files = globSync('{engine,desk,electron,renderer}/**/*.{ts,svelte}', { cwd: root });
    const said = files.filter((file) => readFileSync(new URL(file, root), 'utf8').includes('npm ci'));
    // There, and where that sentence is translated.
    assert.deepEqual(said.sort(), ['engine/ggml/library.ts', 'renderer/messages/remarks.ts']);
  });
});
