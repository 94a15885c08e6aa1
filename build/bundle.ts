/**
 * The program as it is packaged: every source file as JavaScript at its own place (desk/desk.ts → desk/desk.js), so that a
 * file finds its threads, its tables and its neighbours in the package as it does in a checkout. Packages stay packages.
 * `node build/bundle.ts` builds the window into dist/renderer, and writes dist/app, which `electron dist/app` starts and
 * electron-builder packs.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Alias, type InlineConfig, type Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Files that are started by themselves, as a process or as a thread; all else is reached from them. */
const ENTRIES = [
  'electron/main/main.ts',
  'cli/main.ts',
  'desk/main.ts',
  'desk/writer/thread.ts',
  'desk/writer/checkpoint-thread.ts',
  'desk/importers/import-thread.ts',
  'engine/main.ts',
  'engine/opinion/main.ts',
  'engine/ggml/trial/main.ts',
] as const;

/** What the program reads beside its code, from the same place as in a checkout. */
const BESIDE = ['migrations/*.sql', 'desk/importers/language-pieces.bin', 'cli/terminal/more-slurs.json'] as const;

/** Node's and Electron's own, and whatever is in node_modules. */
const isPackage = (id: string): boolean => !/^[./\0]/.test(id) && !/^[A-Z]:/i.test(id);

/** `new URL('./thread.ts', import.meta.url)`: the file is JavaScript now. */
const startedFiles: Plugin = {
  name: 'started-files',
  // Before Vite makes other quotes of these.
  enforce: 'pre',
  transform: (code) => code.replaceAll(/(new URL\('[./\w-]+)\.ts(', import\.meta\.url\))/g, '$1.js$2'),
};

export interface BundleOptions {
  /** a folder, made anew */
  readonly out: string;
  /** folder of the window's built pages */
  readonly renderer: string;
  /** for an older runtime: what stands in for Electron's own module and the command line; main becomes one CommonJS file */
  readonly shim?: Readonly<Record<'main' | 'preload' | 'cli' | 'relay', string>>;
}

export async function bundle({ out, renderer, shim }: BundleOptions): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  await build(sources(out));
  const standIns = (electron: string): Alias[] => [
    { find: /^electron$/, replacement: electron },
    { find: /^.*\/cli\/main\.ts$/, replacement: shim?.cli ?? '' },
  ];
  const preload = shim && standIns(shim.preload);
  await build(single(out, 'electron/preload/preload.ts', 'electron/preload/preload.cjs', preload));
  if (shim !== undefined) {
    await build(single(out, 'electron/main/main.ts', 'electron/main/main.cjs', standIns(shim.main)));
    await build(single(out, shim.relay, 'electron/main/relay.cjs', []));
  }
  for (const file of globSync([...BESIDE], { cwd: ROOT })) copyTo(join(out, file), join(ROOT, file));
  cpSync(renderer, join(out, 'dist/renderer'), { recursive: true });
  // Too large to be copied each time; in the package they lie beside the archive.
  symlinkSync(join(ROOT, 'native-models'), join(out, 'native-models'), 'junction');
  const built = new Date().toISOString().slice(0, 10);
  writeFileSync(join(out, 'built.json'), `${JSON.stringify({ built })}\n`);
  writeFileSync(join(out, 'package.json'), manifest(shim === undefined ? 'main.js' : 'main.cjs'));
}

function copyTo(to: string, from: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** What the running program reads of package.json. */
function manifest(main: string): string {
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return `${JSON.stringify({ name, productName: 'Moderato', version, license, type: 'module', main: `electron/main/${main}`, dependencies }, null, 2)}\n`;
}

const COMMON = { configFile: false, envDir: false, root: ROOT, logLevel: 'warn', publicDir: false } as const;

function sources(out: string): InlineConfig {
  return {
    ...COMMON,
    plugins: [startedFiles],
    build: {
      ssr: true,
      outDir: out,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rollupOptions: {
        input: ENTRIES.map((entry) => join(ROOT, entry)),
        external: isPackage,
        preserveEntrySignatures: 'strict',
        output: { preserveModules: true, preserveModulesRoot: ROOT, entryFileNames: '[name].js' },
      },
    },
  };
}

/** One CommonJS file: a preload in the sandbox can be nothing else. */
function single(out: string, entry: string, to: string, alias: Alias[] | undefined): InlineConfig {
  const isBuiltin = (id: string): boolean =>
    (id === 'electron' && alias === undefined) || id.startsWith('node:') || builtinModules.includes(id);
  return {
    ...COMMON,
    plugins: [startedFiles],
    resolve: { alias: alias ?? [] },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: join(out, dirname(to)),
      emptyOutDir: false,
      target: alias === undefined ? 'node24' : 'node16',
      minify: false,
      rollupOptions: {
        input: join(ROOT, entry),
        external: isBuiltin,
        output: { format: 'cjs', entryFileNames: relative(dirname(to), to), codeSplitting: false },
      },
    },
  };
}

if (import.meta.main) {
  await build({ configFile: join(ROOT, 'renderer/vite.config.ts'), logLevel: 'warn' });
  await bundle({ out: join(ROOT, 'dist/app'), renderer: join(ROOT, 'dist/renderer') });
}
