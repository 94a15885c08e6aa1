/** The native menus. What they do, the window does: a menu tells the one in front, and that shows the result. */
import { basename } from 'node:path';
import { Menu, app, type MenuItemConstructorOptions } from 'electron';
import type { COMMANDS } from '../../desk/contract/shell.ts';
import { about } from './about.ts';
import type { RecentWorkspaces } from './recent.ts';
import { words } from './words.ts';
import type { Windows } from './windows.ts';

type Command = (typeof COMMANDS)[number];

export function setUpMenu(windows: Windows, recent: RecentWorkspaces): void {
  const { version, days, runtime } = about();
  app.setAboutPanelOptions({
    applicationName: 'Moderato',
    applicationVersion: `${version} (${words().builtDaysAgo(days)})`,
    copyright: `MIT licence. ${runtime}`,
  });
  const build = (): void => Menu.setApplicationMenu(Menu.buildFromTemplate(template(windows, recent)));
  recent.onChange = build;
  build();
}

function template(windows: Windows, recent: RecentWorkspaces): MenuItemConstructorOptions[] {
  const said = words();
  const command = (label: string, does: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator !== undefined && { accelerator }),
    click: () => windows.tellFront({ kind: 'command', command: does }),
  });
  const between: MenuItemConstructorOptions = { type: 'separator' };
  const isMac = process.platform === 'darwin';
  const about: MenuItemConstructorOptions = { role: 'about' };
  const settings = command(said.settings, 'settings', 'CmdOrCtrl+,');
  const lately = recent.list().map(({ path, there }) => ({
    label: basename(path),
    toolTip: path,
    enabled: there,
    click: () => windows.tellFront({ kind: 'open', path }),
  }));
  return [
    ...(isMac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [about, between, settings, between, { role: 'hide' }, between, { role: 'quit' }],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: said.file,
      submenu: [
        command(said.newWorkspace, 'new', 'CmdOrCtrl+N'),
        command(said.openWorkspace, 'open', 'CmdOrCtrl+O'),
        { label: said.recent, submenu: lately.length > 0 ? lately : [{ label: said.noneRecent, enabled: false }] },
        between,
        command(said.import, 'import', 'CmdOrCtrl+I'),
        command(said.export, 'export', 'CmdOrCtrl+E'),
        command(said.copy, 'copy'),
        between,
        command(said.lock, 'lock', 'CmdOrCtrl+L'),
        command(said.closeWorkspace, 'close'),
        ...(isMac ? [] : [between, settings, between, { role: 'quit' as const }]),
      ],
    },
    {
      label: said.edit,
      submenu: [
        // Of text in fields; decisions have theirs below.
        { role: 'undo' },
        { role: 'redo' },
        between,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        between,
        command(said.undoDecision, 'undo'),
        command(said.redoDecision, 'redo'),
        command(said.search, 'search', 'CmdOrCtrl+F'),
      ],
    },
    {
      label: said.view,
      submenu: [
        // The window listens to this key itself.
        { ...command(said.palette, 'palette', 'CmdOrCtrl+K'), registerAccelerator: false },
        between,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        between,
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [between, { role: 'toggleDevTools' as const }]),
      ],
    },
    {
      label: said.window,
      submenu: [
        { label: said.newWindow, accelerator: 'CmdOrCtrl+Shift+N', click: () => void windows.open() },
        { role: 'minimize' },
        { role: 'close' },
      ],
    },
    { label: said.help, submenu: [command(said.keys, 'keys'), ...(isMac ? [] : [about])] },
  ];
}
