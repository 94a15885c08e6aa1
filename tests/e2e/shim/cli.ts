/** In place of cli/main.ts, which needs a newer Node than the older runtime's: runs it there, with this shell behind it. */
import { fileURLToPath } from 'node:url';
import { Children } from '../../../electron/main/children.ts';
import { Relay } from './relay.ts';

const entry = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const children = new Children((message, ports) => relay.hand(message, ports));
const relay = new Relay([entry, ...process.argv.slice(2)], ['inherit', 'inherit', 'inherit'], (message) =>
  children.receive(message),
);

/** Nobody waits for a module of CommonJS: `runCli` would end at once. */
export const ended = relay.ended.then((code) => {
  children.killAll();
  process.exit(code);
});
