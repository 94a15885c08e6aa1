/** Sleep and resume: the desk hears of it before the computer sleeps, and while a job runs it does not by itself. */
import { powerMonitor, powerSaveBlocker } from 'electron';
import type { DeskProcess } from './desk-process.ts';
import type { Windows } from './windows.ts';

export function setUpPower(desk: DeskProcess, windows: Windows): void {
  powerMonitor.on('suspend', () => desk.suspend());
  powerMonitor.on('lock-screen', () => desk.suspend());
  powerMonitor.on('resume', () => windows.tellAll({ kind: 'resumed' }));
  let blocker: number | undefined;
  desk.onBusy = (busy) => {
    if (busy) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  };
}
