/** What stands behind desk/contract/shell.ts. */
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { app, type BrowserWindow, type MessagePortMain } from 'electron';
import { shellContract, type ShellEvent } from '../../desk/contract/shell.ts';
import { about } from './about.ts';
import { chooseFiles, chooseFolder, chooseTarget } from './dialogs.ts';
import type { Language } from './language.ts';
import type { RecentWorkspaces } from './recent.ts';

/** One window, as its calls see it. */
export interface ShellContext {
  readonly window: BrowserWindow;
  readonly recent: RecentWorkspaces;
  readonly start: () => string | null;
  readonly newWindow: () => void;
  readonly speak: (language: Language) => void;
  /** @returns ends it */
  readonly listen: (listener: (event: ShellEvent) => void) => () => void;
}

const shell = implement(shellContract).$context<ShellContext>();

const router = shell.router({
  chooseFiles: shell.chooseFiles.handler(async ({ context: { window }, input }) => ({
    paths: await chooseFiles(window, input),
  })),
  chooseFolder: shell.chooseFolder.handler(async ({ context: { window } }) => ({
    path: await chooseFolder(window),
  })),
  chooseTarget: shell.chooseTarget.handler(async ({ context: { window }, input }) => ({
    path: await chooseTarget(window, input),
  })),
  start: shell.start.handler(({ context }) => ({ path: context.start() })),
  recent: shell.recent.handler(({ context }) => context.recent.list()),
  forgetRecent: shell.forgetRecent.handler(({ context, input }) => {
    context.recent.forget(input.path);
    return context.recent.list();
  }),
  about: shell.about.handler(() => about()),
  speak: shell.speak.handler(({ context, input }) => {
    context.speak(input.language);
    return {};
  }),
  newWindow: shell.newWindow.handler(({ context }) => {
    context.newWindow();
    return {};
  }),
  quit: shell.quit.handler(() => {
    app.quit();
    return {};
  }),
  events: shell.events.handler(async function* ({ context, signal }) {
    const waiting: ShellEvent[] = [];
    let wake: (() => void) | undefined;
    const end = context.listen((event) => {
      waiting.push(event);
      wake?.();
    });
    signal?.addEventListener('abort', () => wake?.(), { once: true });
    try {
      while (signal?.aborted !== true) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      end();
    }
  }),
});

const handler = new RPCHandler(router);

/** Answers what comes over the port, until its page is gone. */
export function answerShell(port: MessagePortMain, context: ShellContext): void {
  handler.upgrade(port, { context });
  port.start();
}
