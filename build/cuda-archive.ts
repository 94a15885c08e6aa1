/**
 * Packs the libraries for CUDA, which are not in the package, into an archive beside the installers. Unpacked in the program's
 * own folder they lie in `resources/node_modules`, where the engine finds them as it finds those in the package: Node looks in
 * every `node_modules` above the archive of the program (engine/ggml/library.ts).
 *
 * Usage: node build/cuda-archive.ts [TARGET]   linux-x64 or win32-x64; default: this system
 */
import { createWriteStream, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { CUDA_FILES, type CudaTarget } from './native-files.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Writes the archive. @param modules a folder node_modules that has the package. @throws Error where a file of it is missing */
export async function writeCudaArchive(target: CudaTarget, modules: string, out: string): Promise<void> {
  const files = CUDA_FILES[target];
  const sizes = files.map((file) => {
    const size = statSync(join(modules, file), { throwIfNoEntry: false })?.size;
    if (size === undefined)
      throw new Error(`There is no ${file} in ${modules}. Install it with npm, or correct build/native-files.ts.`);
    return size;
  });
  mkdirSync(dirname(out), { recursive: true });
  const tar = pack();
  const written = pipeline(Readable.from(tar), createGzip({ level: 9 }), createWriteStream(out));
  for (const [i, file] of files.entries()) {
    // The same files give the same archive.
    const header = { name: `resources/node_modules/${file}`, size: sizes[i] ?? 0, mode: 0o644, mtime: new Date(0) };
    await new Promise<void>((resolve, reject) =>
      tar.entry(header, readFileSync(join(modules, file)), (error) => (error ? reject(error) : resolve())),
    );
  }
  tar.finalize();
  await written;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const target = process.argv[2] ?? `${process.platform}-${process.arch}`;
  if (!(target in CUDA_FILES))
    throw new Error(`There is no CUDA for ${target}: ${Object.keys(CUDA_FILES).join(', ')}.`);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const out = join(ROOT, 'dist/packages', `Moderato-${version}-${target}-cuda.tar.gz`);
  await writeCudaArchive(target as CudaTarget, join(ROOT, 'node_modules'), out);
  console.log(`${basename(out)}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);
}
