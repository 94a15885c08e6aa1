/**
 * Electron as the main process imports it, over the older runtime of the tests (tests/e2e/runtime.ts). What that lacks is
 * put in here: `protocol.handle`, and utility processes that can run the desk and the engine, which need a newer Node.
 */
import { createRequire } from 'node:module';
import type * as Electron from 'electron';
import { fileURLToPath } from 'node:url';
import './polyfills.ts';

// By name it would be this file.
const electron = createRequire(import.meta.url)('electron') as typeof Electron;

export const {
  app,
  BrowserWindow,
  Menu,
  MessageChannelMain,
  dialog,
  ipcMain,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
} = electron;

export const { protocol } = electron;

// Chromium's own sandbox does not start as root, as which the tests may run. Every window asks for it by itself, too.
app.enableSandbox = () => {};

// A driver that attaches while the first window comes up may wait for ever: it says itself when it has.
if (process.argv.some((word) => word.startsWith('--inspect'))) {
  const attached = new Promise<void>((resolve) => Object.assign(globalThis, { __playwright_run: resolve }));
  const ready = app.whenReady();
  app.whenReady = () => attached.then(() => ready);
}

type Answer = (request: { readonly url: string; readonly method: string }) => Promise<Response>;

/** Has `handle`, in the terms of what was there before it. */
function withHandle(session: Electron.Session): Electron.Session {
  session.protocol.handle = (scheme, answer) => {
    session.protocol.registerBufferProtocol(scheme, ({ url, method }, done) => {
      void (answer as unknown as Answer)({ url, method }).then(async (response) => {
        const headers = Object.fromEntries(response.headers);
        const mimeType = headers['content-type']?.split(';')[0] ?? 'application/octet-stream';
        done({ statusCode: response.status, headers, mimeType, data: Buffer.from(await response.arrayBuffer()) });
      });
    });
  };
  return session;
}

export const session = {
  fromPartition: (...asked: Parameters<typeof electron.session.fromPartition>) =>
    withHandle(electron.session.fromPartition(...asked)),
  get defaultSession() {
    return electron.session.defaultSession;
  },
};

/** A real utility process, which carries everything to a child with the newer Node and back. */
export const utilityProcess = {
  fork: (entry: string, args: string[], options: Electron.ForkOptions): Electron.UtilityProcess =>
    electron.utilityProcess.fork(fileURLToPath(new URL('relay.cjs', import.meta.url)), [entry, ...args], options),
};
