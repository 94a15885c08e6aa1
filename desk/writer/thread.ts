/** Entry of the thread that writes: it alone changes the workspace while a desk has it open. */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { connect, prepareForWriting } from '../store/connection.ts';
import { Precedence } from '../precedence.ts';
import { BatchLoader } from '../store/loader/load.ts';
import { Store } from '../store/store.ts';
import { describe } from './failure.ts';
import type { Reply, Request, ThreadData, WriteRequest } from './protocol.ts';
import { Turns, type Short } from './turns.ts';
import { canBeMadeAgain, perform } from './writes.ts';

if (parentPort !== null) {
  const port = parentPort;
  const { path, connection, urgent, precedence } = workerData as ThreadData;
  const db = connect(path, connection);
  prepareForWriting(db, connection);
  const store = new Store(db, path);
  type Answer = (reply: Reply) => void;

  const shortOf = ({ id, name, input }: WriteRequest, answer: Answer): Short => ({
    run: () => perform(store, name, input, Date.now()),
    done: (output) => answer({ kind: 'done', id, output }),
    failed: (error) => answer({ kind: 'failed', id, error: describe(error) }),
  });
  const toDesk: Answer = (reply) => port.postMessage(reply);
  const turns = new Turns(
    db,
    () => {
      // What comes over this port was put there by desk/writer/client.ts.
      const next = receiveMessageOnPort(urgent) as { readonly message: WriteRequest } | undefined;
      return next && shortOf(next.message, toDesk);
    },
    connection.journal,
    new Precedence(precedence),
  );
  urgent.on('message', (request: WriteRequest) => {
    turns.short(shortOf(request, toDesk));
    turns.urgent();
  });

  /** Serves one client, whose streams of batches are its own. */
  const serve = (client: Pick<MessagePort, 'on' | 'close'>, answer: Answer): void => {
    const loaders = new Map<number, BatchLoader | 'failed'>();
    const load = ({ stream, batch }: Extract<Request, { kind: 'load' }>): void => {
      const loader = loaders.get(stream) ?? new BatchLoader(db);
      // Batches that are on their way already build on the one that failed.
      if (loader === 'failed') return;
      loaders.set(stream, loader);
      try {
        answer({ kind: 'loaded', stream, outcome: turns.long(loader.load(batch)) });
      } catch (error) {
        loaders.set(stream, 'failed');
        answer({ kind: 'load-failed', stream, error: describe(error) });
      }
    };
    client.on('message', (request: Request) => {
      turns.urgent();
      switch (request.kind) {
        case 'write':
          turns.short(shortOf(request, answer), canBeMadeAgain(request.name));
          return;
        case 'load':
          load(request);
          return;
        case 'loaded-all':
          loaders.delete(request.stream);
          return;
        case 'client':
          serve(request.port, (reply) => request.port.postMessage(reply));
          return;
        case 'close':
          db.close();
          urgent.close();
          // Ports of other clients would keep this thread alive.
          process.exit(0);
      }
    });
  };
  serve(port, toDesk);
}
