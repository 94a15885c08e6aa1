/** Standard input as an importer's input: read once, yet looked at several times to recognise what it is. */
import { type Readable, addAbortSignal } from 'node:stream';
import { leavesOf } from '../importers/containers.ts';
import { ImportError } from '../importers/import-error.ts';
import type { Input } from '../importers/input.ts';
import { LIMITS } from '../importers/limits.ts';
import { sourceOf } from '../importers/recognised.ts';
import { sniff } from '../importers/sniff.ts';
import type { Source } from '../importers/source.ts';

/** What is kept of the beginning, so that it can be read again; recognising looks at less than 1 MB. */
const KEPT = 4 << 20;

/**
 * What comes through the pipe, as one source.
 * @param signal ends it, also while nothing comes
 * @throws ImportError where it is nothing that can be read
 */
export async function* openPiped(stream: Readable, signal?: AbortSignal): AsyncGenerator<Source> {
  if (signal !== undefined) addAbortSignal(signal, stream);
  for await (const { input, head } of leavesOf(pipedInput(stream), LIMITS)) {
    const verdict = sniff(head, input.name);
    if (verdict.status === 'unknown') throw notRead(verdict.reason);
    const source = await sourceOf([input], verdict.candidates);
    if (!('read' in source)) throw notRead(source.reason);
    yield source;
  }
}

const NAME = 'standard input';

const notRead = (reason: string): ImportError =>
  new ImportError(NAME, '', reason, 'Pipe a CSV, TSV or JSON lines table with a header into it.');

/**
 * The bytes of a stream. Each `bytes()` begins at the start as long as the beginning is still kept; the one that reads
 * on behind it is the last.
 */
export function pipedInput(stream: Readable): Input {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let complete = true;
  async function* bytes(): AsyncGenerator<Buffer> {
    if (!complete) throw new ImportError(NAME, '', 'can be read only once.', 'Write it to a file first.');
    for (let i = 0; ; i++) {
      // A reader that was there before may have kept more meanwhile.
      const known = kept[i];
      if (known !== undefined) {
        yield known;
        continue;
      }
      const next = await chunks.next();
      if (next.done === true) return;
      if (keptBytes <= KEPT) {
        kept.push(next.value);
        keptBytes += next.value.length;
        yield next.value;
        continue;
      }
      complete = false;
      kept.length = 0;
      yield next.value;
      for (let more = await chunks.next(); more.done !== true; more = await chunks.next()) yield more.value;
      return;
    }
  }
  return { path: NAME, member: '', name: 'stdin', size: null, plain: false, modified: null, bytes };
}
