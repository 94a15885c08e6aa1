/** The native menus. What they do, the window does: a menu tells the one in front, and that shows the result. */
import { basename } from 'node:path';
import { Menu, app, type MenuItemConstructorOptions } from 'electron';
import { MENU_KEYS, type Command } from '../../desk/contract/menus.ts';
import { about } from './about.ts';
import type { RecentWorkspaces } from './recent.ts';
import { words } from './words.ts';
import type { Windows } from './windows.ts';

export function setUpMenu(windows: Windows, recent: RecentWorkspaces): void {
  const build = (): void => {
    const { version, days, runtime } = about();
    app.setAboutPanelOptions({
      applicationName: 'Moderato',
      applicationVersion: `${version} (${words().builtDaysAgo(days)})`,
      copyright: `MIT licence. ${runtime}`,
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template(windows, recent)));
  };
  recent.onChange = build;
  windows.onLanguage = build;
  build();
}

const acceleratorOf = (item: keyof typeof MENU_KEYS): string => MENU_KEYS[item].replace('Mod', 'CmdOrCtrl');
const hasKey = (command: Command): command is Command & keyof typeof MENU_KEYS => command in MENU_KEYS;

function template(windows: Windows, recent: RecentWorkspaces): MenuItemConstructorOptions[] {
  const said = words();
  const command = (label: string, does: Command): MenuItemConstructorOptions => ({
    label,
    ...(hasKey(does) && { accelerator: acceleratorOf(does) }),
    click: () => windows.tellFront({ kind: 'command', command: does }),
  });
  const between: MenuItemConstructorOptions = { type: 'separator' };
  const isMac = process.platform === 'darwin';
  // Electron's own labels are English whatever the system speaks.
  const about: MenuItemConstructorOptions = { role: 'about', label: said.about };
  const quit: MenuItemConstructorOptions = { role: 'quit', label: said.quitProgram };
  const settings = command(said.settings, 'settings');
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
            submenu: [about, between, settings, between, { role: 'hide', label: said.hide }, between, quit],
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: said.file,
      submenu: [
        command(said.newWorkspace, 'new'),
        command(said.openWorkspace, 'open'),
        { label: said.recent, submenu: lately.length > 0 ? lately : [{ label: said.noneRecent, enabled: false }] },
        between,
        command(said.import, 'import'),
        command(said.export, 'export'),
        command(said.copy, 'copy'),
        between,
        command(said.lock, 'lock'),
        command(said.closeWorkspace, 'close'),
        ...(isMac ? [] : [between, settings, between, quit]),
      ],
    },
    {
      label: said.edit,
      submenu: [
        // Of text in fields; decisions have theirs below.
        { role: 'undo', label: said.undo },
        { role: 'redo', label: said.redo },
        between,
        { role: 'cut', label: said.cut },
        { role: 'copy', label: said.copyText },
        { role: 'paste', label: said.paste },
        { role: 'selectAll', label: said.selectAll },
        between,
        command(said.undoDecision, 'undo'),
        command(said.redoDecision, 'redo'),
        command(said.search, 'search'),
      ],
    },
    {
      label: said.view,
      submenu: [
        command(said.palette, 'palette'),
        between,
        { role: 'resetZoom', label: said.resetZoom },
        { role: 'zoomIn', label: said.zoomIn },
        { role: 'zoomOut', label: said.zoomOut },
        between,
        { role: 'togglefullscreen', label: said.fullScreen },
        ...(app.isPackaged ? [] : [between, { role: 'toggleDevTools' as const, label: said.developerTools }]),
      ],
    },
    {
      label: said.window,
      submenu: [
        { label: said.newWindow, accelerator: acceleratorOf('newWindow'), click: () => void windows.open() },
        { role: 'minimize', label: said.minimize },
        { role: 'close', label: said.closeWindow },
      ],
    },
    { label: said.help, submenu: [command(said.keys, 'keys'), ...(isMac ? [] : [about])] },
  ];
}
