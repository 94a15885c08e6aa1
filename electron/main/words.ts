/** What the shell says by itself, in menus and dialogs. All else is said by the window, which has its own catalogue. */
import { app } from 'electron';

export type Language = 'en' | 'de';

const english = {
  file: 'File',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  help: 'Help',
  newWorkspace: 'New workspace…',
  openWorkspace: 'Open workspace…',
  recent: 'Recent workspaces',
  noneRecent: 'None yet',
  import: 'Import…',
  export: 'Export decisions…',
  copy: 'Save a copy…',
  lock: 'Lock',
  closeWorkspace: 'Close workspace',
  settings: 'Settings…',
  newWindow: 'New window',
  about: 'About Moderato',
  hide: 'Hide Moderato',
  quitProgram: 'Quit Moderato',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copyText: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  resetZoom: 'Actual size',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  fullScreen: 'Full screen',
  developerTools: 'Developer tools',
  minimize: 'Minimise',
  closeWindow: 'Close window',
  undoDecision: 'Undo decision',
  redoDecision: 'Redo decision',
  search: 'Search',
  palette: 'Find an action…',
  keys: 'Keys',
  anyFile: 'All files',
  builtDaysAgo: (days: number) => `built ${days === 1 ? '1 day' : `${days} days`} ago`,
  deskStops: 'The desk stopped again and again.',
  deskStopsDetail: (path: string | null) =>
    `${path === null ? 'Nothing was open.' : `${path} was open.`} What was confirmed is saved. Start without a workspace, or quit. Whether the file is whole, the command line says (workspace check).`,
  startEmpty: 'Start without a workspace',
  quit: 'Quit',
  windowStops: 'The window stopped again and again.',
  windowStopsDetail: 'What was confirmed is saved. Show the window again, or quit and start Moderato anew.',
  showAgain: 'Show again',
  windowHangs: 'The window does not answer.',
  windowHangsDetail: 'What was confirmed is saved, whichever you choose.',
  wait: 'Wait',
};

const german: typeof english = {
  file: 'Datei',
  edit: 'Bearbeiten',
  view: 'Ansicht',
  window: 'Fenster',
  help: 'Hilfe',
  newWorkspace: 'Neuer Arbeitsbereich …',
  openWorkspace: 'Arbeitsbereich öffnen …',
  recent: 'Zuletzt geöffnet',
  noneRecent: 'Noch keine',
  import: 'Importieren …',
  export: 'Entscheidungen exportieren …',
  copy: 'Kopie sichern …',
  lock: 'Sperren',
  closeWorkspace: 'Arbeitsbereich schließen',
  settings: 'Einstellungen …',
  newWindow: 'Neues Fenster',
  about: 'Über Moderato',
  hide: 'Moderato ausblenden',
  quitProgram: 'Moderato beenden',
  undo: 'Rückgängig',
  redo: 'Wiederholen',
  cut: 'Ausschneiden',
  copyText: 'Kopieren',
  paste: 'Einfügen',
  selectAll: 'Alles auswählen',
  resetZoom: 'Originalgröße',
  zoomIn: 'Größer',
  zoomOut: 'Kleiner',
  fullScreen: 'Vollbild',
  developerTools: 'Entwicklerwerkzeuge',
  minimize: 'Minimieren',
  closeWindow: 'Fenster schließen',
  undoDecision: 'Entscheidung zurücknehmen',
  redoDecision: 'Entscheidung wiederholen',
  search: 'Suchen',
  palette: 'Befehl suchen …',
  keys: 'Tasten',
  anyFile: 'Alle Dateien',
  builtDaysAgo: (days) => `vor ${days === 1 ? 'einem Tag' : `${days} Tagen`} gebaut`,
  deskStops: 'Der Schreibtisch ist mehrmals abgestürzt.',
  deskStopsDetail: (path) =>
    `${path === null ? 'Nichts war offen.' : `${path} war offen.`} Was bestätigt wurde, ist gesichert. Starten Sie ohne Arbeitsbereich, oder beenden Sie Moderato. Ob die Datei heil ist, sagt die Kommandozeile (workspace check).`,
  startEmpty: 'Ohne Arbeitsbereich starten',
  quit: 'Beenden',
  windowStops: 'Das Fenster ist mehrmals abgestürzt.',
  windowStopsDetail:
    'Was bestätigt wurde, ist gesichert. Zeigen Sie das Fenster neu, oder beenden Sie Moderato und starten Sie es wieder.',
  showAgain: 'Neu zeigen',
  windowHangs: 'Das Fenster antwortet nicht.',
  windowHangsDetail: 'Was bestätigt wurde, ist in jedem Fall gesichert.',
  wait: 'Warten',
};

const ALL: Readonly<Record<Language, typeof english>> = { en: english, de: german };

/** What the window said; until then the language of the system counts. */
let said: Language | null = null;

/** From now on in this language. @returns whether it is another than before */
export function speak(language: Language): boolean {
  const isAnother = language !== spoken();
  said = language;
  return isAnother;
}

export const words = (): typeof english => ALL[spoken()];

/** To be asked once Electron is ready. */
const spoken = (): Language => said ?? (app.getLocale().startsWith('de') ? 'de' : 'en');
