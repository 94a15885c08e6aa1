import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import { overHttp, overPort, portOf, takeToken } from './desk/connect.ts';
import NoDoor from './start/NoDoor.svelte';
import { localeFrom } from './i18n/locale.ts';
import { Session } from './session.svelte.ts';
import { Shell } from './shell/shell.ts';
import App from './App.svelte';

const target = document.querySelector('#window');
if (target === null) throw new Error('the page has no place for the window');

/** The shell's own scheme; anything else is a browser. */
const inShell = location.protocol === 'app:';
const token = inShell ? null : takeToken(window);

if (!inShell && token === null) mount(NoDoor, { target });
else {
  const session = new Session(token === null ? overPort(window) : overHttp(location.origin, token), window);
  localeFrom(() => session.locale);
  mount(App, { target, props: { session } });
  void session.run();
  if (inShell) {
    void portOf(window, 'shell', new AbortController().signal).then(
      (port) => (session.shell = new Shell(port, (told) => session.told(told))),
    );
  }
}
