/**
 * The shell of the desktop program: windows, menus, dialogs, and the processes behind them. It knows nothing of
 * moderation and opens no file of a community; a window talks to the desk over a port of its own.
 * `Moderato --cli VERB …` is the command line (cli/main.ts), without a window.
 */
import { app } from 'electron';
import { cliWords, runCli } from './cli.ts';
import { DeskProcess } from './desk-process.ts';
import { setUpMenu } from './menu.ts';
import { denyNavigation } from './navigation.ts';
import { openedFrom, setUpOpening } from './opening.ts';
import { setUpPower } from './power.ts';
import { setUpQuitting } from './quitting.ts';
import { RecentWorkspaces } from './recent.ts';
import { declareScheme } from './scheme.ts';
import { closedSession, denyChromiumsOwn } from './session.ts';
import { Windows } from './windows.ts';

const words = cliWords(process.argv);
declareScheme();
denyChromiumsOwn();
if (words !== null) void runCli(words);
else if (!app.requestSingleInstanceLock()) app.quit();
else void start();

async function start(): Promise<void> {
  app.enableSandbox();
  denyNavigation();
  // Before anything is awaited: macOS says which file was double-clicked at the very start.
  const opening = setUpOpening(openedFrom(process.argv));
  await app.whenReady();
  const recent = RecentWorkspaces.read();
  const desk = new DeskProcess({
    first: opening.first,
    onWorkspace: (path) => {
      if (path !== null) opening.take();
      recent.opened(path);
    },
  });
  const windows = new Windows({ session: closedSession(), desk, recent, opening });
  setUpMenu(windows, recent);
  setUpPower(desk, windows);
  setUpQuitting(desk, windows);
  windows.open();
}
