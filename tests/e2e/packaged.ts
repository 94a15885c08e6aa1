/** The package as electron-builder makes it, with the older runtime in it. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll } from '@electron/asar';
import { Program } from './runtime.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export class Packaged implements Disposable {
  readonly #program: Program;
  readonly folder: string;

  private constructor(program: Program) {
    this.#program = program;
    this.folder = join(program.folder, 'packages/linux-unpacked');
  }

  get executable(): string {
    return join(this.folder, 'moderato');
  }

  get resources(): string {
    return join(this.folder, 'resources');
  }

  /** Where desk and engine run from: their Node reads no archives. */
  get extracted(): string {
    return join(this.#program.folder, 'extracted');
  }

  static async build(): Promise<Packaged> {
    const program = await Program.build('window');
    const packaged = new Packaged(program);
    const { folder } = program;
    rmSync(join(folder, 'runtime/resources'), { recursive: true });
    mkdirSync(join(folder, 'runtime/resources'));
    // As electron-builder finds it in Electron's own archive.
    linkSync(join(folder, 'runtime/moderato'), join(folder, 'runtime/electron'));
    const inRoot = (path: string): string => relative(ROOT, join(folder, path));
    const config = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')
      .replace('from: dist/app', `from: ${inRoot('app')}`)
      .replace('output: dist/packages', `output: ${inRoot('packages')}`)
      .replace('main: electron/main/main.js', 'main: electron/main/main.cjs')
      .concat(`electronDist: ${inRoot('runtime')}\n`);
    writeFileSync(join(folder, 'builder.yml'), config);
    const builder = join(ROOT, 'node_modules/electron-builder/cli.js');
    const words = [builder, '--linux', 'dir', '--x64', '--publish', 'never', '--config', inRoot('builder.yml')];
    const run = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
    if (run.status !== 0)
      throw new Error(`electron-builder failed:\n${run.stdout.slice(-4000)}${run.stderr.slice(-2000)}`);
    packaged.#extract();
    return packaged;
  }

  /**
   * Beside each other as in the package, so that what is looked for beside the archive is found there. Electron reads
   * `.node` files in it from beside it by itself; other libraries it does not, and here neither.
   */
  #extract(): void {
    const archive = join(this.extracted, 'app.asar');
    const beside = join(this.resources, 'app.asar.unpacked');
    extractAll(join(this.resources, 'app.asar'), archive);
    for (const file of filesUnder(beside)) {
      const inArchive = join(archive, relative(beside, file));
      if (existsSync(inArchive) && !file.endsWith('.node')) rmSync(inArchive);
    }
    symlinkSync(beside, join(this.extracted, 'app.asar.unpacked'));
    symlinkSync(join(this.resources, 'native-models'), join(this.extracted, 'native-models'));
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

export function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
