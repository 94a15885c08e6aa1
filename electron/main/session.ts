/** Chromium's session of every window: in memory, without permissions, and with no way out. */
import { app, session as sessions, type Session } from 'electron';
import { isOwn, serveScheme } from './scheme.ts';

/** Without "persist:" nothing of it is written to the disk. */
const PARTITION = 'window';

/**
 * What Chromium does by itself goes past the request filter: it fetches dictionaries for every session when that is made,
 * though no window wants one. So no name of any host is ever resolved, and no session has a language. Must be called before
 * Electron is ready.
 */
export function denyChromiumsOwn(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('no-proxy-server');
  app.on('session-created', (session) => {
    session.setSpellCheckerEnabled(false);
    session.setSpellCheckerLanguages([]);
    session.setSpellCheckerDictionaryDownloadURL('app://moderato/no-dictionaries/');
  });
}

export function closedSession(): Session {
  const session = sessions.fromPartition(PARTITION, { cache: false });
  serveScheme(session);
  denyRequests(session);
  // The one that Electron makes by itself is used by nothing; should anything ever use it, it gets nowhere.
  denyRequests(sessions.defaultSession);
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
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
