/** The door over a message port: for a window, whose port goes straight to the desk. */
import type { MessagePort } from 'node:worker_threads';
import { RPCHandler } from '@orpc/server/message-port';
import { RequestHeadersPlugin } from '@orpc/server/plugins';
import type { Port } from '../../engine/process/transport.ts';
import type { Desk } from '../desk.ts';
import { router } from './router.ts';

const handler = new RPCHandler(router, { plugins: [new RequestHeadersPlugin()] });

/** Answers what comes over the port, one of Node's or of Electron's, until it is closed. */
export function answerPort(desk: Desk, port: MessagePort | Port): void {
  handler.upgrade(port as MessagePort, { context: { desk } });
  port.start();
}
