/** The command line of the packaged program: `Moderato --cli VERB …`, in this process, with the engine beside it. */
import { spawnSync } from 'node:child_process';
import { app } from 'electron';
import { Shell, useShell } from '../../engine/process/shell.ts';
import { Children } from './children.ts';

const HEADLESS = '--ozone-platform=headless';

/** What stands behind `--cli`; null where a window is wanted. */
export function cliWords(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf('--cli');
  return at < 0 ? null : argv.slice(at + 1);
}

export async function runCli(words: readonly string[]): Promise<void> {
  const code = withoutDisplay();
  if (code !== null) return app.exit(code);
  app.dock?.hide();
  process.argv = [process.execPath, 'moderato', ...words];
  const children = new Children((message, ports) => shell.receive(message, ports[0]));
  const shell = new Shell((message) => children.receive(message));
  useShell(shell);
  // Utility processes can be started only then.
  await app.whenReady();
  app.on('window-all-closed', () => {});
  // A verb sets the exit code and lets what is left to do come to its end; here there is always something left.
  await import('../../cli/main.ts');
  children.killAll();
  app.exit(Number(process.exitCode ?? 0));
}

/**
 * On a Linux without a display Electron does not come up, unless it is told so when it is started: it is started again,
 * and this process only waits. @returns the exit code, null where there is a display
 */
function withoutDisplay(): number | null {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY || process.argv.includes(HEADLESS)) return null;
  // With all that it was given: words before `--cli` are Chromium's (`--no-sandbox` where there can be none).
  const { status } = spawnSync(process.execPath, [HEADLESS, ...process.argv.slice(1)], { stdio: 'inherit' });
  return status ?? 1;
}
