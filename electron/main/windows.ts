/** The windows: all show the same desk, each over ports of its own. */
import { fileURLToPath } from 'node:url';
import { BrowserWindow, MessageChannelMain, ipcMain, nativeTheme, type Session } from 'electron';
import { CHANNELS } from '../../desk/contract/surface.ts';
import type { ShellEvent } from '../../desk/contract/shell.ts';
import type { DeskProcess } from './desk-process.ts';
import type { Opening } from './opening.ts';
import type { RecentWorkspaces } from './recent.ts';
import { recover } from './recovery.ts';
import { ORIGIN, START_PAGE } from './scheme.ts';
import { answerShell } from './shell-calls.ts';

const PRELOAD = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url));

export interface WindowsOptions {
  readonly session: Session;
  readonly desk: DeskProcess;
  readonly recent: RecentWorkspaces;
  readonly opening: Opening;
}

export class Windows {
  readonly #options: WindowsOptions;
  /** windows whose page has its ports, with whoever tells it what happens */
  readonly #listeners = new Map<BrowserWindow, Set<(event: ShellEvent) => void>>();

  constructor(options: WindowsOptions) {
    this.#options = options;
    const { desk, opening } = options;
    ipcMain.on(CHANNELS.ready, ({ sender, senderFrame }) => {
      const window = BrowserWindow.fromWebContents(sender);
      const isOurs = senderFrame === sender.mainFrame && senderFrame.url.startsWith(`${ORIGIN}/`);
      if (window !== null && isOurs) this.#connect(window);
    });
    desk.onRestart = () => {
      for (const window of this.#listeners.keys()) this.#connect(window);
    };
    opening.onOpened = (path) => {
      const window = this.front() ?? this.open();
      window.show();
      window.focus();
      if (path !== null) this.#tell(window, { kind: 'open', path });
    };
  }

  /** The one that is in front, or any. */
  front(): BrowserWindow | undefined {
    return BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  }

  open(): BrowserWindow {
    const window = new BrowserWindow({
      width: 1280,
      height: 820,
      minWidth: 320,
      minHeight: 320,
      show: false,
      title: 'Moderato',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#15171a' : '#fbfbfa',
      webPreferences: {
        preload: PRELOAD,
        session: this.#options.session,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        enableWebSQL: false,
        navigateOnDragDrop: false,
        safeDialogs: true,
      },
    });
    this.#listeners.set(window, new Set());
    window.once('closed', () => this.#listeners.delete(window));
    window.once('ready-to-show', () => window.show());
    recover(window);
    void window.loadURL(START_PAGE);
    return window;
  }

  /** Tells the window in front, or every one. */
  tellFront(event: ShellEvent): void {
    const window = this.front();
    if (window !== undefined) this.#tell(window, event);
  }

  tellAll(event: ShellEvent): void {
    for (const window of this.#listeners.keys()) this.#tell(window, event);
  }

  #tell(window: BrowserWindow, event: ShellEvent): void {
    for (const listener of this.#listeners.get(window) ?? []) listener(event);
  }

  #connect(window: BrowserWindow): void {
    const listeners = this.#listeners.get(window);
    if (listeners === undefined) return;
    const { desk, recent, opening } = this.#options;
    const { port1, port2 } = new MessageChannelMain();
    answerShell(port1, {
      window,
      recent,
      start: () => desk.workspace ?? opening.take(),
      newWindow: () => void this.open(),
      listen: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    });
    window.webContents.postMessage(CHANNELS.ports, null, [desk.connect(), port2]);
  }
}
