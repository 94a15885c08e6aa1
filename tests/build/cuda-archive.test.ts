/** The archive for CUDA: what is in it, and that the engine finds it where it was unpacked. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { writeCudaArchive } from '../../build/cuda-archive.ts';
import { CUDA_FILES, type CudaTarget } from '../../build/native-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('the archive for CUDA', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'moderato-cuda-')));
  after(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  const program = join(folder, 'Moderato');
  const archive = (target: CudaTarget): string => join(folder, `${target}.tar.gz`);
  for (const files of Object.values(CUDA_FILES))
    for (const file of files) {
      mkdirSync(dirname(join(modules, file)), { recursive: true });
      writeFileSync(join(modules, file), file.endsWith('.json') ? '{"type":"module","exports":"./dist/index.js"}' : '');
    }

  it('holds the files of its list, below the folder of the program', async () => {
    for (const target of Object.keys(CUDA_FILES) as CudaTarget[]) {
      await writeCudaArchive(target, modules, archive(target));
      const names = execFileSync('tar', ['-tzf', archive(target)], { encoding: 'utf8' })
        .trim()
        .split('\n');
      assert.deepEqual(
        names,
        CUDA_FILES[target].map((file) => `resources/node_modules/${file}`),
      );
      assert.ok(names.some((name) => /ggml-cuda\.(so|dll)$/.test(name)));
    }
    await assert.rejects(
      writeCudaArchive('linux-x64', join(folder, 'none'), archive('linux-x64')),
      /There is no @node-llama/,
    );
  });

  it('is found by the engine beside the archive of the program, and not looked for where it is not', (t) => {
    if (`${process.platform}-${process.arch}` !== 'linux-x64')
      return t.skip('there is no CUDA archive for this system');
    const engine = join(program, 'resources/app.asar/engine/ggml');
    mkdirSync(engine, { recursive: true });
    cpSync(join(ROOT, 'engine/ggml/library.ts'), join(engine, 'library.ts'));
    writeFileSync(join(program, 'resources/app.asar/package.json'), '{"type":"module"}');
    const find = (): string =>
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `const { libraryFolder } = await import(${JSON.stringify(pathToFileURL(join(engine, 'library.ts')).href)}); console.log(libraryFolder('cuda'));`,
        ],
        { encoding: 'utf8', cwd: folder },
      ).trim();
    rmSync(modules, { recursive: true });
    assert.equal(find(), 'null');
    execFileSync('tar', ['-xzf', archive('linux-x64'), '-C', program]);
    assert.equal(find(), join(program, 'resources/node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda'));
  });

  it('has all libraries of the package that npm brings', (t) => {
    const own = join(ROOT, 'node_modules/@node-llama-cpp/linux-x64-cuda');
    if (!existsSync(own)) return t.skip('npm brings no CUDA for this system');
    const libraries = globSync('bins/**/*.{so,node}', { cwd: own }).map(
      (file) => `@node-llama-cpp/linux-x64-cuda/${file}`,
    );
    assert.deepEqual(libraries.sort(), CUDA_FILES['linux-x64'].filter((file) => /\.(so|node)$/.test(file)).toSorted());
  });
});
