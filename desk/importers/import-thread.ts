/** Entry of the thread that reads exports. */
import { parentPort, workerData } from 'node:worker_threads';
import { Precedence } from '../precedence.ts';
import { WriterClient } from '../writer/client.ts';
import { describe, writerGone } from '../writer/failure.ts';
import { giveWayAlone } from '../../engine/process/priority.ts';
import type { Reply } from '../writer/protocol.ts';
import type { FromImport, ImportThreadData } from './import-job.ts';
import { importExports } from './job.ts';
import type { ColumnMapping, Source } from './source.ts';

if (parentPort !== null) {
  giveWayAlone();
  const port = parentPort;
  const { writer: toWriter, precedence: shared, path, key, start, since } = workerData as ImportThreadData;
  const say = (said: FromImport): void => port.postMessage(said);
  const writer = new WriterClient(path, { ordinary: toWriter, urgent: toWriter });
  toWriter.on('message', (reply: Reply) => writer.receive(reply));
  toWriter.on('close', () => writer.fail(writerGone(path)));
  const precedence = new Precedence(shared);
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  const { columns, dates } = start;
  const choose = (source: Source) => ({
    // A mapping is for tables alone; chats know their own fields.
    ...(columns !== undefined && source.columns !== null && { mapping: columns as ColumnMapping }),
    ...(dates !== undefined && { dayMonth: dates }),
  });
  try {
    const report = await importExports(
      { writer, key },
      start.paths,
      { choose, since },
      {
        signal: stop.signal,
        onRow: () => precedence.standStill(),
        onProgress: (progress) => say({ kind: 'progress', progress }),
        onLoaded: (touched) => say({ kind: 'loaded', touched }),
      },
    );
    say({ kind: 'done', report });
  } catch (error) {
    say({ kind: 'failed', error: describe(error) });
  }
}
