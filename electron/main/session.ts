/** Chromium's session of every window: in memory, without permissions, and with no way out. */
import { app, session as sessions, type Session } from 'electron';
import { isOwn, serveScheme } from './scheme.ts';

/** Without "persist:" nothing of it is written to the disk. */
const PARTITION = 'window';

export function closedSession(): Session {
  const session = sessions.fromPartition(PARTITION, { cache: false });
  serveScheme(session);
  denyRequests(session);
  // The one that Electron makes by itself is used by nothing; should anything ever use it, it gets nowhere.
  denyRequests(sessions.defaultSession);
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Electron would fetch dictionaries.
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => event.preventDefault());
  return session;
}

/** Whatever asks for it, and whatever it asks for: only files of the program itself, and what it made itself in memory. */
function denyRequests(session: Session): void {
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const inMemory = url.startsWith('blob:') && isOwn(url.slice('blob:'.length));
    // The developer's tools are pages too; the package has none.
    const tools = !app.isPackaged && url.startsWith('devtools://');
    answer({ cancel: !isOwn(url) && !inMemory && !tools });
  });
}
