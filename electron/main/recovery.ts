/** A window whose page died is shown again; one that does not answer is asked about. */
import { app, dialog, type BrowserWindow } from 'electron';
import { words } from './words.ts';

/** A page that dies more often than this within a minute dies of what it shows. */
const DEATHS = 3;
const MINUTE = 60_000;

export function recover(window: BrowserWindow): void {
  let deaths: number[] = [];
  const { webContents } = window;
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = performance.now();
    deaths = [...deaths.filter((then) => now - then < MINUTE), now];
    if (deaths.length <= DEATHS) return webContents.reload();
    const { windowStops, windowStopsDetail, showAgain, quit } = words();
    const options = {
      type: 'error',
      message: windowStops,
      detail: windowStopsDetail,
      buttons: [showAgain, quit],
    } as const;
    if (dialog.showMessageBoxSync(window, { ...options, buttons: [...options.buttons], cancelId: 1 }) === 1)
      return app.quit();
    deaths = [];
    webContents.reload();
  });
  let asking = false;
  window.on('unresponsive', () => {
    if (asking) return;
    asking = true;
    const { windowHangs, windowHangsDetail, wait, showAgain } = words();
    void dialog
      .showMessageBox(window, {
        type: 'warning',
        message: windowHangs,
        detail: windowHangsDetail,
        buttons: [wait, showAgain],
        cancelId: 0,
      })
      .then(({ response }) => {
        asking = false;
        // Its death is heard above, and a new page comes up.
        if (response === 1) webContents.forcefullyCrashRenderer();
      });
  });
}
