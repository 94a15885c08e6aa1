/** The system's own dialogs for files. What comes of them is a path, and goes to the window that asked. */
import { dialog, type BrowserWindow, type FileFilter } from 'electron';
import type { OPENING, SAVING } from '../../desk/contract/shell.ts';
import { words } from './words.ts';

type OpeningFor = (typeof OPENING)[number];
type SavingFor = (typeof SAVING)[number];

const WORKSPACE: FileFilter = { name: 'Moderato', extensions: ['moderato'] };
const ANY = (): FileFilter => ({ name: words().anyFile, extensions: ['*'] });

const OPENED: Readonly<Record<OpeningFor, () => FileFilter[]>> = {
  workspace: () => [WORKSPACE, ANY()],
  // Formats are told by content, not by name.
  import: () => [ANY()],
  model: () => [{ name: 'GGUF', extensions: ['gguf'] }],
  'signed-file': () => [{ name: 'JSON', extensions: ['json', 'jsonl'] }, ANY()],
  'test-suite': () => [{ name: 'CSV', extensions: ['csv', 'gz'] }, ANY()],
};

const SAVED: Readonly<Record<SavingFor, () => FileFilter[]>> = {
  workspace: () => [WORKSPACE],
  copy: () => [WORKSPACE],
  export: () => [
    { name: 'CSV', extensions: ['csv'] },
    { name: 'JSON Lines', extensions: ['jsonl'] },
    { name: 'Parquet', extensions: ['parquet'] },
    { name: 'JSON', extensions: ['json'] },
  ],
  evidence: () => [{ name: 'ZIP', extensions: ['zip'] }],
  report: () => [{ name: 'HTML', extensions: ['html'] }],
  'signed-file': () => [{ name: 'JSON', extensions: ['json'] }],
};

export async function chooseFiles(
  window: BrowserWindow,
  { opening, several }: { readonly opening: OpeningFor; readonly several: boolean },
): Promise<string[]> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openFile', 'dontAddToRecent', ...(several ? (['multiSelections'] as const) : [])],
    filters: OPENED[opening](),
  });
  return filePaths;
}

export async function chooseFolder(window: BrowserWindow): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'dontAddToRecent'] });
  return filePaths[0] ?? null;
}

export async function chooseTarget(
  window: BrowserWindow,
  { saving, name }: { readonly saving: SavingFor; readonly name: string },
): Promise<string | null> {
  const { filePath } = await dialog.showSaveDialog(window, {
    // A name alone: where it goes, a person says.
    defaultPath: name.replaceAll(/[/\\]/g, '-'),
    properties: ['showOverwriteConfirmation', 'createDirectory', 'dontAddToRecent'],
    filters: SAVED[saving](),
  });
  return filePath === '' ? null : (filePath ?? null);
}
