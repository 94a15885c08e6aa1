/** The program as people have it: its own window in a real Electron, with menus, dialogs, and processes that die. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { labelOf, writeExport } from './community.ts';
import { stage } from './stage.ts';
import { Home, type Started, until } from './started.ts';
import { LONG_MS, create, decide, goTo, heading, reviewNewest, showsAsDecided, teachFrom } from './steps.ts';

const SAMPLE = fileURLToPath(new URL('../../samples/discord.json', import.meta.url));
/** Of a small community: enough to learn from, in seconds. */
const MESSAGES = 56;

/** What a person chooses in the next dialog of the desktop. */
async function chooses({ app }: Started, ...paths: readonly string[]): Promise<void> {
  await app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...filePaths] });
  }, paths);
}

/** Chooses an item of the menus, by its words. */
async function menu({ app }: Started, label: string): Promise<void> {
  await app.evaluate(({ Menu, BrowserWindow }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    items.find((item) => item.label === wanted)?.click(undefined, BrowserWindow.getAllWindows()[0]);
  }, label);
}

/** A new workspace with the sample in it, made by keyboard and dialogs; the model begins to read at once. */
async function withSample(started: Started, workspace: string): Promise<void> {
  const { window } = started;
  await create(window, workspace);
  await menu(started, 'Import…');
  await heading(window, 'Import');
  await chooses(started, SAMPLE);
  await window.keyboard.press('o');
  await window.getByText('Will be read as Discord').waitFor();
  await window.keyboard.press('i');
  await window.getByText(/^2,059 rows in .*: 2,059 new/).waitFor({ timeout: LONG_MS });
}

describe('the program with its own window', () => {
  const desktop = stage('window');

  /** Decisions in a workspace that nobody has open, as the command line writes them. */
  function decisions(home: Home, workspace: string): readonly Record<string, string>[] {
    const out = home.file('out.csv');
    desktop.cli(home, 'export', '--workspace', workspace, '--out', out);
    return parse<Record<string, string>>(readFileSync(out), { columns: true });
  }

  it('is reviewed by keyboard, goes on when its engine is killed, and has lost nothing when it is opened again', async () => {
    using home = new Home();
    const workspace = home.file('community.moderato');
    {
      await using started = await desktop.start(home);
      const { window } = started;
      await withSample(started, workspace);
      await reviewNewest(window);
      await decide(window, 5);
      await until('the engine reads', () => started.running('engine/main.js').length > 0);
      for (const engine of started.running('engine/main.js')) process.kill(engine, 'SIGKILL');
      await decide(window, 5);
      await window.keyboard.press('Control+5');
      await window.getByText('All that can be read has been read.').waitFor({ timeout: LONG_MS });
      assert.deepEqual(started.complaints, []);
      await started.quit();
    }
    assert.equal(decisions(home, workspace).length, 10);
    await using again = await desktop.start(home);
    await again.window.getByRole('button', { name: /^community/ }).click();
    await again.window.getByRole('navigation').waitFor();
    await showsAsDecided(again.window, 10);
    assert.deepEqual(again.complaints, []);
    await again.quit();
  });

  it('shows the same workspace again when the desk is killed, and goes on being reviewed', async () => {
    using home = new Home();
    const workspace = home.file('community.moderato');
    await using started = await desktop.start(home);
    const { window } = started;
    await withSample(started, workspace);
    await reviewNewest(window);
    await decide(window, 3);
    const desks = started.running('desk/main.js');
    for (const desk of desks) process.kill(desk, 'SIGKILL');
    await until('there is another desk', () => {
      const now = started.running('desk/main.js');
      return now.length > 0 && !now.some((pid) => desks.includes(pid));
    });
    await window.getByText('It answers again.').waitFor();
    await window.getByRole('article').waitFor();
    await decide(window, 3);
    await showsAsDecided(window, 6);
    await started.quit();
    assert.equal(decisions(home, workspace).length, 6);
  });

  it('learns from what was decided, and has what it learned when it is opened again', async () => {
    using home = new Home();
    const workspace = home.file('community.moderato');
    writeExport(home.file('export.csv'), MESSAGES);
    {
      await using started = await desktop.start(home);
      const { window } = started;
      await create(window, workspace);
      await teachFrom(window, home.file('export.csv'), MESSAGES, labelOf);
      assert.deepEqual(started.complaints, []);
      await started.quit();
    }
    await using again = await desktop.start(home, [workspace]);
    await goTo(again.window, 'Control+3', 'Teach');
    await again.window.getByRole('listitem').filter({ hasText: 'Adapter 2' }).getByText('in use').waitFor();
    await again.quit();
    assert.equal(decisions(home, workspace).length, MESSAGES);
  });

  it('shows the same in a second window, another workspace in both, and goes on when one of them is closed', async () => {
    using home = new Home();
    const [first, second] = ['first', 'second'].map((name) => home.file(`${name}.moderato`)) as [string, string];
    writeExport(home.file('export.csv'), MESSAGES);
    for (const workspace of [first, second]) {
      desktop.cli(home, 'import', home.file('export.csv'), '--workspace', workspace);
      desktop.cli(home, 'labels', '--workspace', workspace, '--add', 'fine', '--severity', '0', '--key', '1');
    }
    const titled = (window: Page, name: string): Promise<unknown> =>
      window.waitForFunction((title) => document.title === title, `Queue · ${name} · Moderato`);
    await using started = await desktop.start(home, [first]);
    const { window, app } = started;
    await reviewNewest(window);
    await decide(window, 3);
    const [other] = await Promise.all([app.waitForEvent('window'), menu(started, 'New window')]);
    await titled(other, 'first');
    await reviewNewest(other);
    await showsAsDecided(other, 3);
    await decide(window, 1);
    await showsAsDecided(other, 4);

    // Another one takes the place of the first in both: who reviews there, and what is worked on, are its own.
    await chooses(started, second);
    await menu(started, 'Open workspace…');
    for (const each of [window, other]) await titled(each, 'second');
    for (const each of [window, other]) {
      await reviewNewest(each);
      await decide(each, 1);
    }
    await showsAsDecided(other, 2);
    await other.close();
    // The next one was decided in the other window.
    await window.keyboard.press('j');
    await decide(window, 1);
    await showsAsDecided(window, 3);
    assert.deepEqual(started.complaints, []);
    await started.quit();
    assert.deepEqual([decisions(home, first).length, decisions(home, second).length], [4, 3]);
  });

  it('opens what it was started with, takes files that are dropped, and does what its menus say', async () => {
    using home = new Home();
    const workspace = home.file('community.moderato');
    desktop.cli(home, 'import', SAMPLE, '--workspace', workspace);
    await using started = await desktop.start(home, [workspace]);
    const { window, app } = started;
    await heading(window, 'Queue');
    await menu(started, 'Search');
    await heading(window, 'Search');
    await menu(started, 'Settings…');
    await heading(window, 'Settings');
    for (const [item, title] of [
      ['Keys', 'Keys'],
      ['Find an action…', 'Find an action'],
      ['Export decisions…', 'Export decisions'],
    ] as const) {
      await menu(started, item);
      await window.getByRole('dialog', { name: title }).waitFor();
      await window.keyboard.press('Escape');
      await window.getByRole('dialog').waitFor({ state: 'detached' });
    }

    // Nothing is locked that is not encrypted: that is said, where it can be.
    await menu(started, 'Lock');
    await window.getByText('Only an encrypted workspace can be locked.').waitFor();

    // As the system does it when somebody lets go of a file.
    const driver = await app.context().newCDPSession(window);
    const data = { items: [], files: [SAMPLE], dragOperationsMask: 1 };
    const drop = async (x: number, y: number): Promise<void> => {
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await driver.send('Input.dispatchDragEvent', { type, x, y, data });
    };
    await drop(600, 400);
    await heading(window, 'Import');
    await window.getByText('Will be read as Discord').waitFor();
    // A field for a file takes what is let go of over it, and that once.
    await menu(started, 'Settings…');
    await window.getByRole('tab', { name: 'Models' }).click();
    const field = window.getByLabel('File', { exact: true });
    const box = (await field.boundingBox()) ?? assert.fail();
    await drop(box.x + box.width / 2, box.y + box.height / 2);
    await window.waitForFunction(
      (path) => [...document.querySelectorAll('input')].some((it) => it.value === path),
      SAMPLE,
    );
    await drop(box.x + box.width / 2, box.y + box.height + 200);
    await heading(window, 'Import');

    await menu(started, 'Close workspace');
    await heading(window, 'Moderato');
    await chooses(started, workspace);
    await menu(started, 'Open workspace…');
    await heading(window, 'Import');
    assert.deepEqual(started.complaints, []);
    await started.quit();
  });

  it('opens a file in place of another and does what its menus say while it has no window, as on a Mac', async () => {
    using home = new Home();
    const [first, second] = ['first', 'second'].map((name) => home.file(`${name}.moderato`));
    for (const workspace of [first!, second!]) desktop.cli(home, 'import', SAMPLE, '--workspace', workspace);
    await using started = await desktop.start(home, [first!]);
    const { app } = started;
    await heading(started.window, 'Queue');
    await started.staysWithoutWindow();
    /** The window that comes up when this is done while there is none. */
    const withoutWindow = async (what: () => Promise<unknown>): Promise<Page> => {
      for (const window of app.windows()) await window.close();
      await until('there is no window', async () => {
        return (await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)) === 0;
      });
      const [window] = await Promise.all([app.waitForEvent('window'), what()]);
      return window;
    };
    const opened = await withoutWindow(() =>
      app.evaluate(({ app: main }, path) => main.emit('open-file', { preventDefault: () => {} }, path), second!),
    );
    await opened.getByText('second', { exact: true }).first().waitFor();
    assert.equal(app.windows().length, 1);
    await heading(await withoutWindow(() => menu(started, 'Settings…')), 'Settings');
    await (await withoutWindow(() => menu(started, 'Keys'))).getByRole('dialog', { name: 'Keys' }).waitFor();
    await started.quit();
  });

  it('has menus in the language of the window, every item of them', async () => {
    using home = new Home();
    await using started = await desktop.start(home);
    const { window } = started;
    await create(window, home.file('community.moderato'));
    const labels = (): Promise<readonly string[]> =>
      started.app.evaluate(({ Menu }) =>
        (Menu.getApplicationMenu()?.items ?? []).flatMap(({ label, submenu }) => [
          label,
          ...(submenu?.items ?? []).filter(({ type }) => type !== 'separator').map((item) => item.label),
        ]),
      );
    const english = await labels();
    await menu(started, 'Settings…');
    await window.getByRole('tab', { name: 'Look' }).click();
    await window.getByLabel('Language').selectOption('de');
    await until('the menus are German', async () => (await labels()).includes('Datei'));
    const german = await labels();
    assert.equal(german.length, english.length);
    assert.deepEqual(
      german.filter((label, i) => label === english[i] || label === ''),
      [],
    );
    assert.deepEqual(started.complaints, []);
    await started.quit();
  });
});
