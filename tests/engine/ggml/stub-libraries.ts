/** Folders of native libraries in which one is replaced by a stub of tests/fixtures/stubs. Linux and macOS. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libraryFolder } from '../../../engine/ggml/library.ts';

const STUBS = join(import.meta.dirname, '../../fixtures/stubs');

/** The real processor libraries (as links) beside a backend library that calls itself Vulkan and has this fault. */
export class StubLibraries {
  readonly folder = mkdtempSync(join(tmpdir(), 'moderato-stub-'));
  readonly library = join(this.folder, 'libggml-vulkan.so');

  /** Throws an Error with the line that installs a compiler where there is none. */
  constructor(fault: string) {
    const real = libraryFolder('cpu') ?? '';
    const names = readdirSync(real);
    for (const name of names) symlinkSync(join(real, name), join(this.folder, name));
    // The plainest one, which runs on every processor.
    const cpu = names.find((name) => /^libggml-cpu(-x64|-armv8\.0_1|-apple_m1)?\.so$/.test(name));
    if (cpu === undefined) throw new Error(`There is no plain processor library among ${names.join(', ')}.`);
    compile(join(STUBS, 'backend.c'), this.library, [
      `-DFAULT="${fault}"`,
      `-DCPU_LIBRARY="${cpu}"`,
      `-L${this.folder}`,
      '-lggml-base',
      '-lm',
      '-ldl',
    ]);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

function compile(source: string, library: string, options: readonly string[]): void {
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, ...options], { stdio: 'pipe' });
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing ? new Error('These tests compile stubs with cc. Install it: apt-get install gcc libc6-dev') : error;
  }
}
