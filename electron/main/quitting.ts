/** The end: the desk writes what was handed to it and closes the workspace before the program is gone. */
import { app, dialog } from 'electron';
import type { DeskProcess } from './desk-process.ts';
import { words } from './words.ts';
import type { Windows } from './windows.ts';

export function setUpQuitting(desk: DeskProcess, windows: Windows): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void desk.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
  // On a Mac a program stays in the dock without a window.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', () => {
    if (windows.front() === undefined) windows.open();
  });
  desk.onHopeless = () => {
    const { deskStops, deskStopsDetail, startEmpty, quit } = words();
    const [again, end] = [0, 1];
    const answer = dialog.showMessageBoxSync({
      type: 'error',
      message: deskStops,
      detail: deskStopsDetail(desk.workspace),
      buttons: [startEmpty, quit],
      defaultId: again,
      cancelId: end,
    });
    if (answer === again) desk.startEmpty();
    else app.quit();
  };
}
