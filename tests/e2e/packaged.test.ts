import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { windowOf } from '../../build/packaged-window.ts';
import { writeExport } from './community.ts';
import { Packaged, filesUnder } from './packaged.ts';
import { Screen } from './runtime.ts';
import { Home, environment } from './started.ts';
import { LONG_MS, chooseFile, create, decide, goTo, importChosen, showsAsDecided } from './steps.ts';

describe('the package', () => {
  const kept = new DisposableStack();
  let packaged: Packaged;
  let home: Home;
  let env: Record<string, string>;

  before(async () => {
    packaged = kept.use(await Packaged.build());
    home = kept.use(new Home());
    env = { ...environment(kept.use(await Screen.open()), home), MODERATO_E2E_EXTRACTED: packaged.extracted };
  });
  after(() => kept[Symbol.dispose]());

  const words = () => ['--no-sandbox', '--disable-gpu', `--user-data-dir=${home.file('settings')}`];

  const cli = async (...verb: string[]) => await cliIn(env, ...verb);

  async function cliIn(
    env: Readonly<Record<string, string>>,
    ...verb: string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(packaged.executable, [...words(), '--cli', ...verb], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...printed };
  }

  it('has the program in its archive, and beside it native files and models alone', () => {
    const inArchive = listPackage(`${packaged.resources}/app.asar`, { isPack: false });
    for (const file of [
      '/desk/main.js',
      '/engine/main.js',
      '/cli/main.js',
      '/dist/renderer/index.html',
      '/migrations/0001_workspace.sql',
    ])
      assert.ok(inArchive.includes(file), file);
    assert.deepEqual(
      inArchive.filter((path) => /\.(ts|map|md)$/.test(path)),
      [],
    );
    assert.deepEqual(
      inArchive.filter((path) => /^\/(tests|bench|samples|native-models|docs)\b/.test(path)),
      [],
    );
    const beside = filesUnder(`${packaged.resources}/app.asar.unpacked`);
    assert.deepEqual(
      beside.filter((path) => !/\.(node|so)$/.test(path)),
      [],
    );
  });

  it('has its fuses blown', async () => {
    const wire = await getCurrentFuseWire(packaged.executable);
    assert.equal(wire[FuseV1Options.RunAsNode], FuseState.DISABLE);
    assert.equal(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable], FuseState.DISABLE);
    assert.equal(wire[FuseV1Options.EnableNodeCliInspectArguments], FuseState.DISABLE);
    assert.equal(wire[FuseV1Options.OnlyLoadAppFromAsar], FuseState.ENABLE);
    const child = spawn(packaged.executable, ['-e', 'process.exit(7)', ...words(), '--cli', '--version'], {
      env: { ...env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--throw-deprecation' },
      stdio: 'ignore',
    });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('shows its window, in which messages are imported, scored and decided', async () => {
    writeExport(home.file('export.csv'), 60);
    const child = spawn(packaged.executable, [...words(), '--remote-debugging-port=0'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const window = await windowOf(child, LONG_MS);
    await create(window, home.file('w.moderato'));
    await chooseFile(window, home.file('export.csv'), 'CSV');
    await importChosen(window);
    await goTo(window, 'Control+1', 'Queue');
    await window.getByRole('article').waitFor();
    await decide(window, 5);

    await showsAsDecided(window, 5);
    const ended = once(child, 'exit');
    // With its last window, the program ends.
    await window.close();
    assert.deepEqual(await ended, [0, null]);
  });

  it('is its own command line: triage, train, score', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0 ? `m${i},thanks for the link ${i} it helped,fine` : `m${i},you are the worst player ${i},abusive`,
    );
    const table = home.file('rows.csv');
    writeFileSync(table, ['id,text,label', ...rows].join('\n'));
    assert.equal((await cli('--version')).stdout.trim(), '0.1.0');
    const triaged = await cli('triage', table, '--json');
    assert.equal(triaged.code, 0, triaged.stderr);
    assert.ok(Array.isArray(JSON.parse(triaged.stdout).queue));
    const adapter = home.file('a.gguf');
    const trained = await cli('train', '--train', table, '--dev', table, '--method', 'probe', '--out', adapter);
    assert.equal(trained.code, 0, trained.stderr);
    const scored = home.file('scored.jsonl');
    const score = await cli('score', '--in', table, '--out', scored, '--adapter', adapter);
    assert.equal(score.code, 0, score.stderr);
    assert.equal(readFileSync(scored, 'utf8').trim().split('\n').length, rows.length);
    assert.equal((await cli('nonsense')).code, 2);
  });

  it('starts itself without a display with all that it was given', async () => {
    const { DISPLAY: _, ...noDisplay } = env;
    const { stderr } = await cliIn(noDisplay, '--version');
    // The older runtime has no platform for that and dies, but of nothing else: as root it would say that it may not run in its sandbox.
    assert.doesNotMatch(stderr, /--no-sandbox/);
  });
});
