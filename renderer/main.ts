import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import { type Connect, overHttp, takeToken } from './desk/connect.ts';
import NoDoor from './start/NoDoor.svelte';
import { localeFrom } from './i18n/locale.ts';
import { Session } from './session.svelte.ts';
import { Desktop } from './shell/shell.ts';
import App from './App.svelte';

const target = document.querySelector('#window');
if (target === null) throw new Error('the page has no place for the window');

/** The shell's own scheme; anything else is a browser. */
const inShell = location.protocol === 'app:';
const token = inShell ? null : takeToken(window);

if (!inShell && token === null) mount(NoDoor, { target });
else {
  const session: Session = new Session(token === null ? overShell() : overHttp(location.origin, token), window);
  localeFrom(() => session.locale);
  mount(App, { target, props: { session } });
  void session.run();

  function overShell(): Connect {
    const desktop = new Desktop(window, {
      shell: (shell) => session.surround(shell),
      dropped: (paths) => session.drop(paths),
    });
    return (signal) => desktop.connect(signal);
  }
}
