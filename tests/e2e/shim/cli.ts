/** In place of cli/main.ts, which needs a newer Node than the older runtime's: runs it there, with this shell behind it. */
import { fileURLToPath } from 'node:url';
import { Children } from '../../../electron/main/children.ts';
import { app } from './electron-main.ts';
import { Relay } from './relay.ts';

const entry = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const children = new Children((message, ports) => relay.hand(message, ports));
const relay = new Relay([entry, ...process.argv.slice(2)], ['inherit', 'inherit', 'inherit'], (message) =>
  children.receive(message),
);

// A module of CommonJS can't be waited for: `runCli` comes to its end at once, and the end is held up here.
const exit = app.exit.bind(app);
app.exit = () =>
  void relay.ended.then((code) => {
    children.killAll();
    exit(code);
  });
