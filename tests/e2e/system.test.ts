/** What the system does around the program: files that are opened, sleep, and what hangs or dies again and again. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ElectronApplication, Page } from 'playwright-core';
import { stage } from './stage.ts';
import { Home, type Started, until } from './started.ts';

/** As macOS says that a file was double-clicked. */
const openFile = (app: ElectronApplication, path: string): Promise<unknown> =>
  app.evaluate(({ app: main }, file) => main.emit('open-file', { preventDefault: () => {} }, file), path);

const heard = (window: Page): Promise<readonly unknown[]> => window.evaluate(() => page.heard);

describe('the program and the system around it', () => {
  const desktop = stage();

  it('tells a window of a file that was opened before its page listened, and in their order of those after it', async () => {
    using home = new Home();
    await using started = await desktop.start(home);
    await started.staysWithoutWindow();
    const { app } = started;
    const [first, second] = [home.file('first.moderato'), home.file('second.moderato')];
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close()));
    await until('there is no window', () => app.windows().length === 0);
    const opened = app.waitForEvent('window');
    await app.evaluate(
      ({ app: main }, files) => {
        for (const file of files) main.emit('open-file', { preventDefault: () => {} }, file);
      },
      [first, second],
    );
    const window = await opened;
    await started.portsOf(window, 1);
    await until('the page hears of both', async () => (await heard(window)).length === 2);
    assert.deepEqual(await heard(window), [
      { kind: 'open', path: first },
      { kind: 'open', path: second },
    ]);
    assert.equal(app.windows().length, 1);
    await openFile(app, first);
    await until('the page hears of a third', async () => (await heard(window)).length === 3);
    await started.quit();
  });

  it('has its menus in the language in which its window spoke last, before there is a window', async () => {
    using home = new Home();
    /** As it comes up: this page never says its language by itself. */
    const fileMenu = ({ app }: Started): Promise<string | undefined> =>
      app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label)[0]);
    mkdirSync(home.file('settings'));
    writeFileSync(home.file('settings/language.json'), 'broken');
    {
      await using first = await desktop.start(home);
      assert.equal(await fileMenu(first), 'File');
      await first.window.evaluate(() => page.shell.speak({ language: 'de' }));
      assert.equal(await fileMenu(first), 'Datei');
      await first.quit();
    }
    await using again = await desktop.start(home);
    assert.equal(await fileMenu(again), 'Datei');
    await again.quit();
  });

  it('locks an encrypted workspace when the computer sleeps, and says that it is awake again', async () => {
    using home = new Home();
    await using started = await desktop.start(home);
    const { window, app } = started;
    const path = home.file('secret.moderato');
    const secret = { kind: 'passphrase', passphrase: 'correct horse battery' } as const;
    await window.evaluate((what) => page.desk.workspace.open(what), { path, create: 'must' as const, secret });
    const lockedAt = (): Promise<string | null> =>
      window.evaluate(async () => {
        const state = await page.desk.workspace.state();
        return state.open ? null : state.locked;
      });
    for (const sign of ['suspend', 'lock-screen'] as const) {
      assert.equal(await lockedAt(), null);
      await app.evaluate(({ powerMonitor }, event) => powerMonitor.emit(event), sign);
      await until(`it is locked after ${sign}`, async () => (await lockedAt()) === path);
      await window.evaluate((how) => page.desk.workspace.unlock({ secret: how }), secret);
    }
    await app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
    await until('the window hears that it is awake', async () => (await heard(window)).length > 0);
    assert.deepEqual(await heard(window), [{ kind: 'resumed' }]);
    await started.quit();
  });

  it('asks once about a window that hangs, and shows its page again when somebody wants that', async () => {
    using home = new Home();
    await using started = await desktop.start(home);
    // The driver takes a page that died for gone: all is asked of the main process.
    const found = await started.app.evaluate(async ({ BrowserWindow, dialog }) => {
      const [window] = BrowserWindow.getAllWindows();
      const { webContents } = window!;
      const before = webContents.getOSProcessId();
      const asked: ((answer: { response: number }) => void)[] = [];
      dialog.showMessageBox = (() => new Promise((resolve) => asked.push(resolve))) as never;
      const hangs = (): unknown => window!.emit('unresponsive');
      const answer = async (response: number): Promise<void> => {
        asked.at(-1)!({ response, checkboxChecked: false } as { response: number });
        await new Promise((resolve) => setTimeout(resolve, 200));
      };
      hangs();
      hangs();
      const first = asked.length;
      await answer(0);
      const waited = webContents.getOSProcessId() === before;
      hangs();
      const shownAgain = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
      await answer(1);
      await shownAgain;
      return { first, waited, all: asked.length, isAnother: webContents.getOSProcessId() !== before };
    });
    assert.deepEqual(found, { first: 1, waited: true, all: 2, isAnother: true });
  });

  it('asks what now when desks die again and again, and starts one without the workspace', async () => {
    using home = new Home();
    await using started = await desktop.start(home);
    const { window, app } = started;
    const path = home.file('community.moderato');
    await window.evaluate((file) => page.desk.workspace.open({ path: file, create: 'must' }), path);
    await app.evaluate(({ dialog }) => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBoxSync = ((options: { detail: string }) => asked.push(options.detail) && 0) as never;
    });
    const asked = (): Promise<readonly string[]> =>
      app.evaluate(() => (globalThis as unknown as { asked: readonly string[] }).asked);
    for (let death = 1; death <= 4; death++) {
      await until('there is a desk', () => started.running('desk/main.js').length > 0);
      for (const desk of started.running('desk/main.js')) process.kill(desk, 'SIGKILL');
      await started.portsOf(window, death + 1);
      assert.equal((await asked()).length, death < 4 ? 0 : 1, `after ${death}`);
      assert.deepEqual(await window.evaluate(() => page.start), { path: death < 4 ? path : null });
    }
    assert.match((await asked())[0] ?? '', /community\.moderato was open\./);
    assert.deepEqual(await window.evaluate(() => page.desk.workspace.state()), { open: false, locked: null });
    await started.quit();
  });
});
