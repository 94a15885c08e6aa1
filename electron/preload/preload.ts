/**
 * Hands the page its two ports, and nothing of Electron. It runs in the sandbox, in a world of its own: the page can't
 * reach what stands here.
 */
import { ipcRenderer, webUtils } from 'electron';
import { CHANNELS, DROPPED, PORTS, READY } from '../../desk/contract/surface.ts';

/** Messages of this very page alone: a frame, if there ever was one, gets nothing. */
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === READY) ipcRenderer.send(CHANNELS.ready);
});

ipcRenderer.on(CHANNELS.ports, (event) => {
  window.postMessage(PORTS, window.location.origin, [...event.ports]);
});

/** Where a dropped file lies, only the preload can say. `isTrusted`: a person did it, not a script. */
window.addEventListener('drop', (event) => {
  if (!event.isTrusted || event.dataTransfer === null) return;
  const paths = [...event.dataTransfer.files]
    .map((file) => webUtils.getPathForFile(file))
    .filter((path) => path !== '');
  if (paths.length > 0) window.postMessage({ kind: DROPPED, paths }, window.location.origin);
});
