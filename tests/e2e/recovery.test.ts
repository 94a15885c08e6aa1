import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { decide, decided, openWith, writeExport } from './community.ts';
import { stage } from './stage.ts';
import { Home, until } from './started.ts';

const MESSAGES = 400;

describe('the program', () => {
  const desktop = stage();

  /** A home with an export in it. */
  function newHome(): Home {
    const home = new Home();
    writeExport(home.file('export.csv'), MESSAGES);
    return home;
  }

  it('has every confirmed decision after it was quit and opened again, from the list of recent workspaces', async () => {
    using home = newHome();
    const path = home.file('community.moderato');
    let confirmed: readonly number[];
    {
      await using first = await desktop.start(home);
      await openWith(first.window, path, home.file('export.csv'), MESSAGES);
      confirmed = await decide(first.window, 20);
      assert.equal(confirmed.length, 20);
      await first.quit();
    }
    await using again = await desktop.start(home);
    assert.deepEqual(await again.window.evaluate(() => page.shell.recent()), [{ path, there: true }]);
    await again.window.evaluate((file) => page.desk.workspace.open({ path: file }), path);
    assert.deepEqual([...(await decided(again.window))].toSorted(), [...confirmed].toSorted());
    await again.quit();
  });

  it('goes on scoring when its engine is killed in the middle, while decisions are made', async () => {
    using home = newHome();
    await using started = await desktop.start(home);
    const { window } = started;
    await openWith(window, home.file('community.moderato'), home.file('export.csv'), MESSAGES);
    const job = await window.evaluate(async () => (await page.desk.jobs.start({ kind: 'score' })).id);
    const jobNow = () => window.evaluate((id) => page.desk.jobs.get({ job: id }), job);
    await until(
      'the engine scores',
      async () => (await jobNow()).done > 0 && started.running('engine/main.js').length > 0,
    );
    const [engine = 0] = started.running('engine/main.js');
    process.kill(engine, 'SIGKILL');
    assert.equal((await decide(window, 10)).length, 10);
    await until('the job ends', async () => (await jobNow()).state === 'done');
    const state = await window.evaluate(() => page.desk.workspace.state());
    assert.ok(state.open && state.counts.scored === MESSAGES, JSON.stringify(state));
    assert.ok(!started.running('engine/main.js').includes(engine));
    // The window never noticed: it has the ports that it had.
    assert.equal(await window.evaluate(() => page.times), 1);
    await started.quit();
  });

  it('gives its window a new desk when the desk is killed, with what was open and every confirmed decision', async () => {
    using home = newHome();
    await using started = await desktop.start(home);
    const { window } = started;
    const path = home.file('community.moderato');
    await openWith(window, path, home.file('export.csv'), MESSAGES);
    const confirmed = await decide(window, 15);
    assert.equal(confirmed.length, 15);
    await window.evaluate(() => page.desk.jobs.start({ kind: 'score' }));
    await until('the engine runs', () => started.running('engine/main.js').length > 0);
    const desks = started.running('desk/main.js');
    const engines = started.running('engine/main.js');
    for (const desk of desks) process.kill(desk, 'SIGKILL');
    await started.portsOf(window, 2);
    await until('the engine of the old desk is gone', () =>
      engines.every((engine) => !started.running('engine/main.js').includes(engine)),
    );
    assert.deepEqual(await window.evaluate(() => page.start), { path });
    await window.evaluate((file) => page.desk.workspace.open({ path: file }), path);
    assert.deepEqual([...(await decided(window))].toSorted(), [...confirmed].toSorted());
    await started.quit();
  });

  it('shows its page again when the renderer dies', async () => {
    using home = newHome();
    await using started = await desktop.start(home);
    const path = home.file('community.moderato');
    await openWith(started.window, path, home.file('export.csv'), MESSAGES);
    const confirmed = await decide(started.window, 5);
    assert.equal(confirmed.length, 5);
    // The driver takes a page that died for gone: the new one is asked through the main process.
    const found = await started.app.evaluate(async ({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const shownAgain = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
      process.kill(webContents.getOSProcessId(), 'SIGKILL');
      await shownAgain;
      return (await webContents.executeJavaScript(`new Promise((resolve) => {
        const ask = async () => {
          if (globalThis.page === undefined) return setTimeout(ask, 50);
          const filter = { statuses: ['decided'] };
          resolve((await page.desk.queue.page({ order: 'newest', size: 500, filter })).entries.length);
        };
        void ask();
      })`)) as unknown;
    });
    assert.equal(found, confirmed.length);
  });

  it('is there once: a second start hands it the workspace that it names, and ends', async () => {
    using home = newHome();
    await using started = await desktop.start(home);
    const words = ['--no-sandbox', '--disable-gpu', `--user-data-dir=${home.file('settings')}`];
    const second = spawn(desktop.program.executable, [...words, 'other.moderato'], {
      env: desktop.environment(home),
      cwd: home.folder,
      stdio: 'ignore',
    });
    const [code] = (await once(second, 'exit')) as [number | null];
    assert.equal(code, 0);
    await until('the first one hears of it', () => started.window.evaluate(() => page.heard.length > 0));
    const heard = await started.window.evaluate(() => page.heard);
    assert.deepEqual(heard, [{ kind: 'open', path: home.file('other.moderato') }]);
    assert.equal(started.app.windows().length, 1);
    await started.quit();
  });

  it('shows the same desk in a second window, over ports of its own', async () => {
    using home = newHome();
    await using started = await desktop.start(home);
    const { window, app } = started;
    await openWith(window, home.file('community.moderato'), home.file('export.csv'), MESSAGES);
    const [other] = await Promise.all([app.waitForEvent('window'), window.evaluate(() => page.shell.newWindow())]);
    await started.portsOf(other, 1);
    const confirmed = await decide(window, 3);
    assert.equal(confirmed.length, 3);
    assert.deepEqual([...(await decided(other))].toSorted(), [...confirmed].toSorted());
    await other.close();
    assert.equal((await decide(window, 1)).length, 1);
    await started.quit();
  });

  it('opens the workspace that it was started with', async () => {
    using home = newHome();
    const path = home.file('community.moderato');
    await using started = await desktop.start(home, [path]);
    assert.deepEqual(await started.window.evaluate(() => page.start), { path });
    // Once: a second window does not open it again.
    assert.deepEqual(await started.window.evaluate(() => page.shell.start()), { path: null });
    await started.quit();
  });
});
