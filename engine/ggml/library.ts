import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which build of the native libraries: one folder each in node-llama-cpp's platform packages. */
export const ACCELERATORS = ['cpu', 'cuda', 'vulkan', 'metal'] as const;
export type Accelerator = (typeof ACCELERATORS)[number];

/** The native libraries that belong together, found by pattern because their names carry llama.cpp's release tag. */
export interface LibraryFiles {
  readonly folder: string;
  /** libggml-base: tensors, graphs, GGUF, quantisation. */
  readonly base: string;
  /** libggml: the registry that loads backends. */
  readonly registry: string;
}

/** The native libraries are missing, incomplete, or not of the release that this program was made for. */
export class LibraryError extends Error {
  override name = 'LibraryError';
}

/** What helps where native libraries are not as they came, in the package and in a checkout. */
export const INSTALL_AGAIN = 'Install Moderato again (in a checkout of its sources: npm ci).';

const PATTERNS = {
  base: /^(lib)?ggml-base\.(so|dylib|dll)$/,
  registry: /^(lib)?ggml(\.[a-z]+)?(\.v\d[\d.]*)?\.(so|dylib|dll)$/,
} as const;

/** The libraries in one folder. Throws LibraryError when one is missing or the choice is not unique. */
export function findLibraries(folder: string): LibraryFiles {
  if (!existsSync(folder))
    throw new LibraryError(`The folder of the native libraries does not exist: ${folder}. ${INSTALL_AGAIN}`);
  const names = readdirSync(folder);
  const only = (what: keyof typeof PATTERNS): string => {
    const found = names.filter((name) => PATTERNS[what].test(name));
    const [first] = found;
    if (first === undefined || found.length > 1)
      throw new LibraryError(
        `Expected exactly one ${what} library of ggml in ${folder}, found ${found.length === 0 ? 'none' : found.join(', ')}. ${INSTALL_AGAIN}`,
      );
    return join(folder, first);
  };
  return { folder, base: only('base'), registry: only('registry') };
}

/** Platform packages of node-llama-cpp that may hold an accelerator's build, best first. */
export function packageNames(
  accelerator: Accelerator,
  platform = process.platform,
  arch = process.arch,
): readonly string[] {
  const system = `${platform === 'darwin' ? 'mac' : platform === 'win32' ? 'win' : 'linux'}-${arch === 'arm' ? 'armv7l' : arch}`;
  if (accelerator === 'cpu') return system === 'mac-arm64' ? ['mac-arm64-metal'] : [system];
  if (accelerator === 'metal') return platform === 'darwin' ? [`${system}-metal`] : [];
  return platform === 'darwin' ? [] : [`${system}-${accelerator}`];
}

/** Folder of the libraries for an accelerator, or null where npm installed no package for it. */
export function libraryFolder(accelerator: Accelerator): string | null {
  for (const name of packageNames(accelerator)) {
    let entry: string;
    try {
      entry = fileURLToPath(import.meta.resolve(`@node-llama-cpp/${name}`));
    } catch {
      continue;
    }
    // The loader of the system knows nothing of archives: in the package, libraries lie beside the archive.
    const folder = resolve(dirname(entry), '..', 'bins', name).replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
    if (existsSync(folder)) return folder;
  }
  return null;
}
