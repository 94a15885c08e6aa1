/**
 * The native files of each target: what the system's loader reads lies beside the archive, and nothing else does. One that is
 * missing would be found out by a person on a system that we have not got; one too many is one that nobody looked at.
 */
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Arch, type AfterPackContext } from 'electron-builder';

export type Target = 'linux-x64' | 'linux-arm64' | 'darwin-x64' | 'darwin-arm64' | 'win32-x64' | 'win32-arm64';

/** ggml's builds for the processor, by instruction set; the engine takes one of them when it starts. */
const X64 = [
  'alderlake',
  'cannonlake',
  'cascadelake',
  'cooperlake',
  'haswell',
  'icelake',
  'ivybridge',
  'piledriver',
  'sandybridge',
  'sapphirerapids',
  'skylakex',
  'sse42',
  'x64',
  'zen4',
];
const ARM64_LINUX = [
  'armv8.0_1',
  'armv8.2_1',
  'armv8.2_2',
  'armv8.2_3',
  'armv8.6_1',
  'armv8.6_2',
  'armv9.2_1',
  'armv9.2_2',
];
const ARM64_MAC = ['apple_m1', 'apple_m2_m3', 'apple_m4'];
const RELEASE = 'v0.4.0';

/** One build of llama.cpp. @param backends beside the processor's */
function llama(
  name: string,
  [lead, shared, loaded]: readonly [string, string, string],
  variant: string,
  processors: readonly string[],
  backends: readonly string[] = [],
): string[] {
  const files = [
    `${lead}ggml-base.${shared}`,
    `${lead}ggml${variant}.${RELEASE}.${shared}`,
    `${lead}llama${variant}.${RELEASE}.${shared}`,
    `${lead}llama-common.${shared}`,
    'llama-addon.node',
    ...processors.map((processor) => `${lead}ggml-cpu${processor === '' ? '' : '-'}${processor}.${loaded}`),
    ...backends.map((backend) => `${lead}ggml-${backend}.${loaded}`),
  ];
  return files.map((file) => `@node-llama-cpp/${name}/bins/${name}/${file}`);
}

const LINUX = ['lib', 'so', 'so'] as const;
const MAC = ['lib', 'dylib', 'so'] as const;
const WINDOWS = ['', 'dll', 'dll'] as const;

/** Paths under app.asar.unpacked/node_modules. */
export const NATIVE_FILES: Readonly<Record<Target, readonly string[]>> = {
  'linux-x64': [
    ...llama('linux-x64', LINUX, '', X64),
    ...llama('linux-x64-vulkan', LINUX, '.vulkan', X64, ['vulkan']),
    '@koromix/koffi-linux-x64/linux_x64/koffi.node',
    '@koromix/koffi-linux-x64/musl_x64/koffi.node',
    'better-sqlite3/prebuilds/linux-x64.node',
  ],
  'linux-arm64': [
    ...llama('linux-arm64', LINUX, '', ARM64_LINUX),
    '@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
    '@koromix/koffi-linux-arm64/musl_arm64/koffi.node',
    'better-sqlite3/prebuilds/linux-arm64.node',
  ],
  'darwin-x64': [
    ...llama('mac-x64', MAC, '', X64, ['blas']),
    '@koromix/koffi-darwin-x64/darwin_x64/koffi.node',
    'better-sqlite3/prebuilds/darwin-x64.node',
  ],
  'darwin-arm64': [
    ...llama('mac-arm64-metal', MAC, '.metal', ARM64_MAC, ['blas', 'metal']),
    '@koromix/koffi-darwin-arm64/darwin_arm64/koffi.node',
    'better-sqlite3/prebuilds/darwin-arm64.node',
  ],
  'win32-x64': [
    ...llama('win-x64', WINDOWS, '', X64),
    ...llama('win-x64-vulkan', WINDOWS, '.vulkan', X64, ['vulkan']),
    '@koromix/koffi-win32-x64/win32_x64/koffi.node',
    'better-sqlite3/prebuilds/win32-x64.node',
  ],
  'win32-arm64': [
    ...llama('win-arm64', WINDOWS, '', ['']),
    '@koromix/koffi-win32-arm64/win32_arm64/koffi.node',
    'better-sqlite3/prebuilds/win32-arm64.node',
  ],
};

export type CudaTarget = Extract<Target, 'linux-x64' | 'win32-x64'>;

/** Paths under node_modules of what the archive for CUDA holds: the package, as Node finds it, and its libraries. */
export const CUDA_FILES: Readonly<Record<CudaTarget, readonly string[]>> = {
  'linux-x64': cuda('linux-x64-cuda', LINUX),
  'win32-x64': cuda('win-x64-cuda', WINDOWS),
};

function cuda(name: string, system: readonly [string, string, string]): readonly string[] {
  const beside = ['LICENSE', 'package.json', 'dist/index.js'].map((file) => `@node-llama-cpp/${name}/${file}`);
  return [...beside, ...llama(name, system, '.cuda', X64, ['cuda'])];
}

/** @throws Error with every file that is missing or too many */
export function assertUnpacked({ appOutDir, electronPlatformName, arch, packager }: AfterPackContext): void {
  const resources =
    electronPlatformName === 'darwin' ? `${packager.appInfo.productFilename}.app/Contents/Resources` : 'resources';
  assertNativeFiles(
    join(appOutDir, resources, 'app.asar.unpacked/node_modules'),
    `${electronPlatformName}-${Arch[arch]}` as Target,
  );
}

export function assertNativeFiles(folder: string, target: Target): void {
  const found = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    );
  const wanted = new Set(NATIVE_FILES[target]);
  const tooMany = found.filter((file) => !wanted.has(file));
  const missing = [...wanted].filter((file) => !found.includes(file));
  if (tooMany.length + missing.length === 0) return;
  const list = (what: string, files: readonly string[]): string => files.map((file) => `\n  ${what}: ${file}`).join('');
  throw new Error(
    `The native files of ${target} are not those of build/native-files.ts.${list('missing', missing)}${list('too many', tooMany)}\n` +
      'Install all platform packages of npm (npm ci --os=… --cpu=…), or correct the list if the packages have changed.',
  );
}
