import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { stage } from './stage.ts';
import { Home, type Started } from './started.ts';

/** Everything that a page of the web finds in its window, in the program's own page. */
describe('a window of the program', () => {
  const desktop = stage();
  let started: Started;
  /** A place outside: what comes here has left the program. */
  let outside: Server;
  let address: string;
  const arrived: string[] = [];

  before(async () => {
    outside = createServer((request, response) => {
      arrived.push(request.url ?? '');
      response.end('<title>outside</title>');
    });
    outside.listen(0, '127.0.0.1');
    await once(outside, 'listening');
    address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    started = desktop.kept.use(await desktop.start(desktop.kept.use(new Home())));
  });

  after(() => void outside.close());

  it('starts on its own scheme, with ports to a desk and a shell that answer', async () => {
    assert.equal(started.window.url(), 'app://moderato/index.html');
    const said = await started.window.evaluate(async () => ({
      state: await page.desk.workspace.state(),
      about: await page.shell.about(),
    }));
    assert.deepEqual(said.state, { open: false, locked: null });
    assert.match(said.about.built, /^\d{4}-\d\d-\d\d$/);
    assert.equal(said.about.days, 0);
  });

  it('has nothing of Electron or Node in it, and no global that a page without a preload has not', async () => {
    const names = await started.window.evaluate(() => Object.getOwnPropertyNames(globalThis));
    const plain = await started.app.evaluate(async ({ BrowserWindow, session }) => {
      const bare = new BrowserWindow({
        show: false,
        webPreferences: { session: session.fromPartition('window'), sandbox: true },
      });
      await bare.loadURL('app://moderato/index.html');
      const found = (await bare.webContents.executeJavaScript('Object.getOwnPropertyNames(globalThis)')) as string[];
      bare.destroy();
      return found;
    });
    // `page` is the fixture's own; the driver's is not the program's.
    const added = names.filter((name) => !plain.includes(name) && name !== 'page' && !/playwright/i.test(name));
    assert.deepEqual(added, []);
    for (const name of ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'])
      assert.ok(!names.includes(name), name);
  });

  it('is sandboxed and isolated, without spell-checker, and its session is in memory', async () => {
    const found = await started.app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const preferences = (webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
      return { preferences, stored: webContents.session.storagePath, spelled: webContents.session.spellCheckerEnabled };
    });
    const expected = {
      ...{ sandbox: true, contextIsolation: true, webSecurity: true },
      ...{ nodeIntegration: false, nodeIntegrationInSubFrames: false },
      ...{
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        enableBlinkFeatures: '',
        webviewTag: false,
      },
    };
    assert.partialDeepStrictEqual(found.preferences, expected);
    assert.ok(!found.stored, `something may be stored under ${found.stored}`);
    assert.equal(found.spelled, false);
  });

  it('goes nowhere, and opens nothing', async () => {
    const { window, app } = started;
    for (const to of [
      `${address}/navigated`,
      'https://example.org/',
      'file:///etc/hostname',
      'data:text/html,x',
      'app://moderato/other.html',
    ]) {
      await window.evaluate(
        (url) => (globalThis as unknown as { location: { assign(url: string): void } }).location.assign(url),
        to,
      );
      const opened = await window.evaluate(
        (url) => (globalThis as unknown as { open(url: string): unknown }).open(url),
        to,
      );
      assert.equal(opened, null, to);
      await window.waitForTimeout(100);
      assert.equal(window.url(), 'app://moderato/index.html', to);
    }
    assert.equal((await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows())).length, 1);
    assert.deepEqual(arrived, []);
  });

  it('fetches nothing from outside, by any way that a page has', async () => {
    const refused = await started.window.evaluate(async (url) => {
      const tried: Record<string, string> = {};
      const w = globalThis as unknown as {
        readonly document: { createElement(tag: string): Loading; readonly body: { append(element: Loading): void } };
        readonly WebSocket: new (url: string) => { onopen: () => void; onerror: () => void };
      };
      type Loading = Record<string, unknown>;
      const load = (tag: string, attribute: string): Promise<string> =>
        new Promise((resolve) => {
          const element = w.document.createElement(tag);
          element.onload = () => resolve('loaded');
          element.onerror = () => resolve('refused');
          try {
            element[attribute] = `${url}/${tag}`;
          } catch {
            // The address of a script is nothing that a page may make up.
            resolve('refused');
          }
          w.document.body.append(element);
          setTimeout(() => resolve('refused'), 1000);
        });
      tried['fetch'] = await fetch(`${url}/fetch`).then(
        () => 'loaded',
        () => 'refused',
      );
      tried['img'] = await load('img', 'src');
      tried['script'] = await load('script', 'src');
      tried['socket'] = await new Promise((resolve) => {
        try {
          const socket = new w.WebSocket(url.replace('http', 'ws'));
          socket.onopen = () => resolve('loaded');
          socket.onerror = () => resolve('refused');
        } catch {
          resolve('refused');
        }
      });
      return tried;
    }, address);
    assert.deepEqual(refused, { fetch: 'refused', img: 'refused', script: 'refused', socket: 'refused' });
    assert.deepEqual(arrived, []);
  });

  it('has a session that asks no other scheme, whoever asks', async () => {
    // Beside the page and its policy: what Electron itself would fetch goes the same way.
    const ended = await started.app.evaluate(
      ({ net, session }, url) =>
        Promise.all(
          [session.fromPartition('window'), session.defaultSession].map(
            (own) =>
              new Promise<string>((resolve) => {
                const request = net.request({ url: `${url}/net`, session: own });
                request.on('response', () => resolve('answered'));
                request.on('error', ({ message }) => resolve(message));
                request.end();
              }),
          ),
        ),
      address,
    );
    assert.deepEqual(ended, ['net::ERR_BLOCKED_BY_CLIENT', 'net::ERR_BLOCKED_BY_CLIENT']);
    assert.deepEqual(arrived, []);
  });

  it('serves the files of the renderer and nothing else, under a policy that allows nothing by default', async () => {
    const policy = (await started.window.reload())?.headers()['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|http|\*|data:/);
    const isServed = (path: string): Promise<boolean> =>
      started.app.evaluate(async ({ BrowserWindow, session }, url) => {
        const options = { session: session.fromPartition('window'), sandbox: true };
        const bare = new BrowserWindow({ show: false, webPreferences: options });
        const status = new Promise<number>((resolve) => {
          bare.webContents.once('did-navigate', (_event, _url, code) => resolve(code));
          bare.webContents.once('did-fail-load', (_event, code) => resolve(code));
        });
        bare.loadURL(url).catch(() => {});
        const found = await status;
        bare.destroy();
        return found === 200;
      }, `app://moderato${path}`);
    assert.ok(await isServed('/index.html'));
    const outsideOfIt = ['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '//etc/passwd'];
    for (const path of ['/', '/.hidden.js', '/missing.js', '/index.html/', ...outsideOfIt])
      assert.ok(!(await isServed(path)), path);
  });
});
