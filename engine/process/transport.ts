/**
 * The wire under the engine: a Node child's channel or an Electron utility process's port, chosen at start.
 * Both carry structured clones and both tell when the desk is gone.
 */

/** What the message loop needs from a wire. */
export interface Transport {
  send(message: unknown): void;
  /** Called with every message, as it arrived: unchecked. */
  onMessage(receive: (message: unknown) => void): void;
  /** Called once when the other side is gone. */
  onGone(gone: () => void): void;
}

/** The part of Electron's `process.parentPort` that is used; Electron's own types are not needed for it. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
}

/** The part of `process` that is used. */
export type Host = Pick<NodeJS.Process, 'send' | 'on' | 'once'> & { readonly parentPort?: ParentPort };

/**
 * The wire that this process was started with.
 * Throws an Error when it was started with none (by hand, say).
 */
export function parentTransport(host: Host = process): Transport {
  const port = host.parentPort;
  if (port !== undefined) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (receive) => port.on('message', (event) => receive(event.data)),
      onGone: (gone) => port.on('close', gone),
    };
  }
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
