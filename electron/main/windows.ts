/** The windows: all show the same desk, each over ports of its own. */
import { fileURLToPath } from 'node:url';
import {
  BrowserWindow,
  MessageChannelMain,
  ipcMain,
  nativeTheme,
  type BrowserWindowConstructorOptions,
  type Session,
} from 'electron';
import { CHANNELS } from '../../desk/contract/surface.ts';
import type { ShellEvent } from '../../desk/contract/shell.ts';
import type { DeskProcess } from './desk-process.ts';
import { speak } from './language.ts';
import type { Opening } from './opening.ts';
import type { RecentWorkspaces } from './recent.ts';
import { recover } from './recovery.ts';
import { ORIGIN, START_PAGE } from './scheme.ts';
import { answerShell } from './shell-calls.ts';
import { Told } from './told.ts';

const PRELOAD = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url));

export interface WindowsOptions {
  readonly session: Session;
  readonly desk: DeskProcess;
  readonly recent: RecentWorkspaces;
  readonly opening: Opening;
}

export class Windows {
  readonly #options: WindowsOptions;
  /** what each window is told, and whether its page listens yet */
  readonly #told = new Map<BrowserWindow, Told>();

  /** what the first window of a start has: the name by which Electron knows where it stood, which two must never have at a time */
  #remembered: BrowserWindowConstructorOptions = { name: 'first', windowStatePersistence: true };

  /** told when windows speak another language */
  onLanguage: () => void = () => {};

  constructor(options: WindowsOptions) {
    this.#options = options;
    const { desk, opening } = options;
    ipcMain.on(CHANNELS.ready, ({ sender, senderFrame }) => {
      const window = BrowserWindow.fromWebContents(sender);
      const isOurs = senderFrame === sender.mainFrame && senderFrame.url.startsWith(`${ORIGIN}/`);
      if (window !== null && isOurs) this.#connect(window);
    });
    desk.onRestart = () => {
      for (const window of this.#told.keys()) this.#connect(window);
    };
    opening.onOpened = (path) => {
      if (path !== null) this.tellFront({ kind: 'open', path });
      const window = this.front() ?? this.open();
      window.show();
      window.focus();
    };
  }

  /** The one that is in front, or any. */
  front(): BrowserWindow | undefined {
    return BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  }

  open(): BrowserWindow {
    const window = new BrowserWindow({
      ...this.#remembered,
      width: 1280,
      height: 820,
      minWidth: 320,
      minHeight: 320,
      show: false,
      title: 'Moderato',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#15171a' : '#f7f7f5',
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
    this.#remembered = {};
    this.#told.set(window, new Told());
    window.once('closed', () => this.#told.delete(window));
    window.once('ready-to-show', () => window.show());
    recover(window);
    void window.loadURL(START_PAGE);
    return window;
  }

  /** Tells the window in front; where there is none (on a Mac the program stays without one), a new one. */
  tellFront(event: ShellEvent): void {
    this.#told.get(this.front() ?? this.open())?.tell(event);
  }

  tellAll(event: ShellEvent): void {
    for (const told of this.#told.values()) told.tell(event);
  }

  #connect(window: BrowserWindow): void {
    const told = this.#told.get(window);
    if (told === undefined) return;
    const { desk, recent, opening } = this.#options;
    const { port1, port2 } = new MessageChannelMain();
    answerShell(port1, {
      window,
      recent,
      start: () => desk.workspace ?? opening.take(),
      newWindow: () => void this.open(),
      speak: (language) => {
        if (speak(language)) this.onLanguage();
      },
      listen: (listener) => told.listen(listener),
    });
    window.webContents.postMessage(CHANNELS.ports, null, [desk.connect(), port2]);
  }
}
