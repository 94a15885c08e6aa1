/** What electron-builder makes of electron-builder.yml on each computer of release.yml. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Platform } from 'electron-builder';
import type { NATIVE_FILES } from '../../build/native-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** By number, as electron-builder has them: which kinds of packages. */
type ByProcessor = Map<number, string[]>;
interface PlatformPackager {
  readonly platformSpecificBuildOptions: object;
  createTargets(names: readonly string[], take: (name: string, make: (out: string) => Target) => void): void;
}
interface Target {
  checkOptions(): Promise<{ readonly maintainer: string; readonly url: string }>;
}

/** The parts of electron-builder that its command line calls, without what would pack. */
const load = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { configureBuildCommand, createYargs, normalizeOptions } = load('./builder.js') as {
  createYargs(): { parse(words: readonly string[]): object };
  configureBuildCommand<Y>(yargs: Y): Y;
  normalizeOptions(options: object): { readonly targets: Map<Platform, ByProcessor> };
};
const { Arch, Packager: MakePackager } = load('app-builder-lib') as {
  readonly Arch: Readonly<Record<number, string>>;
  readonly Packager: new (options: object) => {
    validateConfig(): Promise<void>;
    createHelper(platform: Platform): Promise<PlatformPackager>;
  };
};
const { computeArchToTargetNamesMap } = load('app-builder-lib/out/targets/targetFactory.js') as {
  computeArchToTargetNamesMap(raw: ByProcessor, packager: PlatformPackager, platform: Platform): ByProcessor;
};

const WORKFLOW = readFileSync(`${ROOT}.github/workflows/release.yml`, 'utf8');
const JOBS = [...WORKFLOW.matchAll(/runs-on: ([\w.-]+),\s+words: (--\w+ --\w+),/g)].map(([, computer, words]) => ({
  computer: computer ?? '',
  words: (words ?? '').split(' '),
}));

/** What each computer is: npm gives it the native packages of this system alone. */
const COMPUTERS: Readonly<Record<string, keyof typeof NATIVE_FILES>> = {
  'windows-latest': 'win32-x64',
  'macos-latest': 'darwin-arm64',
  'macos-15-intel': 'darwin-x64',
  'ubuntu-latest': 'linux-x64',
};

const KINDS: Readonly<Record<string, readonly string[]>> = {
  win: ['nsis', 'zip'],
  mac: ['dmg'],
  linux: ['AppImage', 'deb', 'tar.gz'],
};

async function packing(words: readonly string[]) {
  const options = normalizeOptions(configureBuildCommand(createYargs()).parse([...words, '--publish', 'never']));
  const packager = new MakePackager({ ...options, projectDir: ROOT });
  await packager.validateConfig();
  const [[platform, raw] = assert.fail('no system')] = options.targets;
  const helper = await packager.createHelper(platform);
  return { system: platform.nodeName, helper, made: computeArchToTargetNamesMap(raw, helper, platform) };
}

/** @throws Error where something is missing that it must say */
async function debOf(words: readonly string[]): Promise<{ readonly maintainer: string; readonly url: string }> {
  const { helper } = await packing(words);
  const targets: Target[] = [];
  helper.createTargets(['deb'], (_name, make) => targets.push(make(ROOT)));
  return await (targets[0] ?? assert.fail('no deb')).checkOptions();
}

describe('what is packed for a release', () => {
  it('is on each computer what that computer is, of every kind', async () => {
    assert.deepEqual(JOBS.map(({ computer }) => computer).toSorted(), Object.keys(COMPUTERS).toSorted());
    for (const { computer, words } of JOBS) {
      const { system, made } = await packing(words);
      assert.deepEqual(
        [...made].map(([arch, kinds]) => [`${system}-${Arch[arch]}`, kinds]),
        [[COMPUTERS[computer], KINDS[words[0]?.slice(2) ?? '']]],
        computer,
      );
    }
  });

  it('says of itself what a .deb asks for: nobody’s place, until the release says of which repository it is', async () => {
    const said = await debOf(['--linux', '--x64']);
    assert.match(said.maintainer, /^[\w ]+ <\w+@[\w.]+\.invalid>$/);
    assert.ok(new URL(said.url).hostname.endsWith('.invalid'), said.url);
    const option =
      /"(-c\.\S+=)\$GITHUB_SERVER_URL\/\$GITHUB_REPOSITORY"/.exec(WORKFLOW)?.[1] ?? assert.fail('no option');
    const address = 'https://forge.example/somebody/moderato';
    assert.equal((await debOf(['--linux', '--x64', `${option}${address}`])).url, address);
  });

  it('is measured in bytes of 300 MB', () => {
    assert.match(WORKFLOW, /-size \+300000000c /);
  });
});
