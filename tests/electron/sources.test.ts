/** What neither the shell nor the window has in its sources: points 2, 8 to 12 and 15 of docs/security.md. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const files = (pattern: string): readonly (readonly [file: string, source: string])[] =>
  globSync(pattern, { cwd: ROOT }).map((file) => [file, readFileSync(new URL(file, ROOT), 'utf8')]);

const SHELL = files('electron/**/*.ts');
const WINDOW = files('renderer/**/*.{ts,svelte,html}');

/** Files in which something stands. */
const having = (what: RegExp, among: typeof SHELL = [...SHELL, ...WINDOW]): readonly string[] =>
  among.filter(([, source]) => what.test(source)).map(([file]) => file);

describe('the sources of the shell and the window', () => {
  it('are found', () => {
    assert.ok(SHELL.length > 15 && WINDOW.length > 100);
    assert.deepEqual(having(/webPreferences/), ['electron/main/windows.ts']);
  });

  it('hand nothing to other programs: links are text', () => {
    assert.deepEqual(having(/openExternal|openPath|showItemInFolder/), []);
    assert.deepEqual(having(/import \{[^}]*\bshell\b[^}]*\} from 'electron'/, SHELL), []);
    const links = WINDOW.flatMap(([, source]) => [...source.matchAll(/\shref=(\S+)/g)].map(([, to]) => to ?? ''));
    assert.ok(links.length > 5);
    // To a view, or within the page.
    assert.deepEqual(
      links.filter((to) => !/^(\{(here\.)?router\.address\(|"#|"\.\/|"\/)/.test(to)),
      [],
    );
  });

  it('give workers of a page nothing of Node', () => {
    assert.deepEqual(having(/nodeIntegrationInWorker: false/), ['electron/main/windows.ts']);
    assert.deepEqual(having(/nodeIntegration\w*: true/), []);
  });

  it('carry four messages between a page and the shell, and hand the page nothing', () => {
    const preload = SHELL.filter(([file]) => file.startsWith('electron/preload/'));
    const carried = (pattern: RegExp, among: typeof SHELL = preload): readonly string[] =>
      among.flatMap(([, source]) => [...source.matchAll(pattern)].map((found) => found.slice(1).join(' ')));
    assert.deepEqual(carried(/import \{ (.*) \} from '(.*)'/g), [
      'ipcRenderer, webUtils electron',
      'CHANNELS, DROPPED, PORTS, READY ../../desk/contract/surface.ts',
    ]);
    assert.deepEqual(carried(/\bipcRenderer\.(.*?)[,)]/g), ['send(CHANNELS.ready', 'on(CHANNELS.ports']);
    assert.deepEqual(carried(/\.postMessage\((.*?),/g), ['PORTS', '{ kind: DROPPED']);
    assert.deepEqual(carried(/addEventListener\('(\w+)'/g), ['message', 'drop']);
    assert.deepEqual(carried(/\bipcMain\.(.*?),/g, SHELL), ['on(CHANNELS.ready']);
    assert.deepEqual(having(/contextBridge|webContents\.(ipc|send|on\('ipc)/), []);
  });

  it('switch on no experimental features, and no insecure content', () => {
    assert.deepEqual(having(/experimentalFeatures|BlinkFeatures|enable-blink|enable-experimental|enable-features/), []);
    assert.deepEqual(
      having(/allowRunningInsecureContent|ignore-certificate|disable-web-security|webSecurity: false/),
      [],
    );
  });

  it('have no webview, and none that opens others', () => {
    assert.deepEqual(having(/<webview|allowpopups|createElement\('webview'\)|webviewTag: true/i), []);
  });
});
