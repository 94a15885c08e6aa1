import { fileURLToPath } from 'node:url';
import { Command } from '@commander-js/extra-typings';
import { HttpDoor } from '../desk/door/http.ts';
import { VerbDesk } from './desk.ts';
import { port } from './options.ts';
import { run } from './run.ts';

/** Where Vite puts the built window (renderer/vite.config.ts), in a checkout and in the package. */
const WINDOW = fileURLToPath(new URL('../dist/renderer/', import.meta.url));
/** How often it looks whether the program that started it is still there. */
const PARENT_MS = 1000;

export const serveVerb = () =>
  new Command('serve')
    .summary('show the window in a browser on this computer')
    .description(
      'Opens the desk on this computer alone (127.0.0.1), for whoever has the token that it prints. Ends with Ctrl-C, and with the terminal.',
    )
    .option('-w, --workspace <file>', 'open this workspace at once; made if it is not there')
    .option('--port <n>', 'on this port; default: a free one', port, 0)
    .action((options) =>
      run(async (setting) => {
        const { screen, signal } = setting;
        await using desk = new VerbDesk(setting, (line) => screen.note(line));
        if (options.workspace !== undefined) await desk.openWorkspace(options.workspace, 'may');
        await using door = await HttpDoor.open(desk.desk, { port: options.port, window: WINDOW });
        screen.line(door.address);
        screen.note(
          door.hasWindow
            ? 'Open this address in a browser on this computer. Ctrl-C closes the desk.'
            : 'The desk is open on this computer; the window is not built (npm run build). Ctrl-C closes it.',
        );
        await ended(signal);
      }),
    );

/** Ctrl-C, perhaps while the workspace was being opened; or the terminal or program that started this one is gone. */
export async function ended(signal: AbortSignal): Promise<void> {
  const parent = process.ppid;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearInterval(watch);
      resolve();
    };
    const watch = setInterval(() => {
      if (process.ppid !== parent) finish();
    }, PARENT_MS);
    signal.addEventListener('abort', finish, { once: true });
    process.once('SIGHUP', finish);
    if (signal.aborted) finish();
  });
}
