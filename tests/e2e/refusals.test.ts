/** What the shell refuses a page, whatever the page asks for and wherever it comes from. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CHANNELS, READY } from '../../desk/contract/surface.ts';
import { stage } from './stage.ts';
import { Home, type Started } from './started.ts';

describe('the shell', () => {
  const desktop = stage();
  let started: Started;

  before(async () => {
    // A camera and a microphone that there are: without any, nobody is asked.
    const devices = ['--use-fake-device-for-media-stream'];
    started = desktop.kept.use(await desktop.start(desktop.kept.use(new Home()), devices));
  });

  it('says of every permission that it is denied', async () => {
    const states = await started.window.evaluate(async () => {
      const { permissions } = navigator as unknown as {
        permissions: { query(what: object): Promise<{ state: string }> };
      };
      const names = [
        'camera',
        'microphone',
        'geolocation',
        'notifications',
        'midi',
        'clipboard-read',
        'screen-wake-lock',
      ];
      return await Promise.all(names.map(async (name) => (await permissions.query({ name })).state));
    });
    assert.deepEqual(new Set(states), new Set(['denied']));
  });

  it('denies a page that asks without looking first', async () => {
    const answers = await started.window.evaluate(async () => {
      const asked = globalThis as unknown as {
        readonly Notification: { requestPermission(): Promise<string> };
        readonly navigator: {
          readonly mediaDevices: { getUserMedia(what: object): Promise<unknown> };
          readonly geolocation: {
            getCurrentPosition(found: () => void, failed: (error: { code: number }) => void): void;
          };
          requestMIDIAccess(how: object): Promise<unknown>;
        };
      };
      const { mediaDevices, geolocation } = asked.navigator;
      const refusal = (asking: Promise<unknown>): Promise<string> =>
        asking.then(
          () => 'given',
          (error: unknown) => (error as Error).name,
        );
      return {
        audio: await refusal(mediaDevices.getUserMedia({ audio: true })),
        video: await refusal(mediaDevices.getUserMedia({ video: true })),
        midi: await refusal(asked.navigator.requestMIDIAccess({ sysex: true })),
        notification: await asked.Notification.requestPermission(),
        place: await new Promise((resolve) =>
          geolocation.getCurrentPosition(
            () => resolve('given'),
            ({ code }) => resolve(code),
          ),
        ),
      };
    });
    const denied = 'NotAllowedError';
    assert.deepEqual(
      { ...answers, midi: answers.midi === 'SecurityError' ? denied : answers.midi },
      // 1: PERMISSION_DENIED
      { audio: denied, video: denied, midi: denied, notification: 'denied', place: 1 },
    );
  });

  it('attaches no webview, not even to a page that may have one', async () => {
    const attached = await started.app.evaluate(async ({ BrowserWindow, session }) => {
      const bare = new BrowserWindow({
        show: false,
        webPreferences: { session: session.fromPartition('window'), webviewTag: true },
      });
      let asked = 0;
      let guests = 0;
      bare.webContents.on('will-attach-webview', () => asked++);
      bare.webContents.on('did-attach-webview', () => guests++);
      await bare.loadURL('app://moderato/index.html');
      await bare.webContents.executeJavaScript(`
        const view = document.createElement('webview');
        view.setAttribute('src', 'app://moderato/index.html');
        document.body.append(view);
      `);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      bare.destroy();
      return { asked, guests };
    });
    assert.deepEqual(attached, { asked: 1, guests: 0 });
  });

  it('hands ports to the main frame of its own page, and to nobody else who asks', async () => {
    const given = await started.app.evaluate(
      async ({ BrowserWindow, ipcMain }, { channel, ready }) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        let ports = 0;
        webContents.postMessage = () => void ports++;
        /** @returns how often ports were handed over because of it */
        const after = async (what: () => unknown): Promise<number> => {
          const before = ports;
          await what();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return ports - before;
        };
        const says = (senderFrame: unknown) => () => ipcMain.emit(channel, { sender: webContents, senderFrame });
        const asks = (): Promise<unknown> =>
          webContents.executeJavaScript(`window.postMessage(${JSON.stringify(ready)}, '*')`);
        const own = { page: await after(asks), frame: await after(says(webContents.mainFrame)) };
        // A frame of the same page, as far as its address goes.
        const inner = await after(says({ url: 'app://moderato/index.html' }));
        const other = new BrowserWindow({ show: false });
        const unknown = await after(() =>
          ipcMain.emit(channel, { sender: other.webContents, senderFrame: other.webContents.mainFrame }),
        );
        other.destroy();
        // The same window and preload, with another page in it.
        await webContents.loadURL('about:blank');
        return { own, inner, unknown, foreign: await after(asks) };
      },
      { channel: CHANNELS.ready, ready: READY },
    );
    assert.deepEqual(given, { own: { page: 1, frame: 1 }, inner: 0, unknown: 0, foreign: 0 });
  });
});
