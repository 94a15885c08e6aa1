/**
 * The wire under the engine: a Node child's channel, or the port that the shell of the desktop program hands to a utility
 * process. Both carry structured clones and both tell when the desk is gone.
 */

/** What the message loop needs from a wire. */
export interface Transport {
  send(message: unknown): void;
  /** Called with every message, as it arrived: unchecked. */
  onMessage(receive: (message: unknown) => void): void;
  /** Called once when the other side is gone. */
  onGone(gone: () => void): void;
}

/** The part of a message port of Electron's that is used; Electron's own types are not needed for it. */
export interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  /** messages wait until it is called */
  start(): void;
}

/** The part of Electron's `process.parentPort`, which leads to the shell, that is used. */
export interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown; ports: readonly Port[] }) => void): unknown;
}

/** The part of `process` that is used. */
export type Host = Pick<NodeJS.Process, 'send' | 'on' | 'once'> & { readonly parentPort?: ParentPort };

/** Sent along with the port that leads to whoever had this process started. */
export const WIRE = 'wire';

/** The port to whoever had this process started, once the shell has handed it over. */
export function wireFrom(parent: ParentPort): Promise<Port> {
  return new Promise((resolve) =>
    parent.on('message', ({ data, ports: [port] }) => {
      if (data === WIRE && port !== undefined) resolve(port);
    }),
  );
}

/** What is said before the port came, waits. */
function handedOver(parent: ParentPort): Transport {
  const promise = wireFrom(parent);
  return {
    send: (message) => void promise.then((port) => port.postMessage(message)),
    onMessage: (receive) =>
      void promise.then((port) => {
        port.on('message', (event) => receive(event.data));
        port.start();
      }),
    onGone: (gone) => void promise.then((port) => port.on('close', gone)),
  };
}

/**
 * The wire that this process was started with.
 * Throws an Error when it was started with none (by hand, say).
 */
export function parentTransport(host: Host = process): Transport {
  if (host.parentPort !== undefined) return handedOver(host.parentPort);
  if (host.send === undefined) {
    throw new Error(
      'The engine was started without a desk. It is a part of Moderato and is started by it: run `moderato` instead.',
    );
  }
  return {
    // With a callback a closed channel is not an uncaught error; 'disconnect' says the same and is heard below.
    send: (message) => void host.send?.(message, undefined, undefined, () => {}),
    onMessage: (receive) => host.on('message', receive),
    onGone: (gone) => host.once('disconnect', gone),
  };
}
