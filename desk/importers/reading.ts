import { sentenceOf } from '../reason.ts';
import { Utf8Stream } from './encoding.ts';
import { ImportError } from './import-error.ts';
import { CutError, type Input } from './input.ts';
import type { SourceRow } from './record.ts';
import type { Reading, ReadOptions } from './source.ts';
import { Tally } from './tally.ts';

/** What the reader of a format gets: the input, the options, and the summary to fill. */
export interface ReadContext {
  readonly input: Input;
  readonly options: ReadOptions;
  readonly tally: Tally;
}

/** Reads one input; it yields batches of the tally (`tally.take()`) and sets `tally.complete` at the proper end. */
export type Reader = (context: ReadContext) => AsyncGenerator<SourceRow[]>;

/** Runs a format's reader over an input. */
export function startReading(input: Input, reader: Reader, options: ReadOptions): Reading {
  const tally = new Tally();
  return { summary: tally, [Symbol.asyncIterator]: () => guarded(reader({ input, options, tally }), input, options) };
}

/** Nothing but an ImportError or the caller's own abort leaves a reading. */
async function* guarded(
  batches: AsyncGenerator<SourceRow[]>,
  input: Input,
  options: ReadOptions,
): AsyncGenerator<SourceRow[]> {
  try {
    for await (const batch of batches) {
      if (batch.length > 0) yield batch;
      options.signal?.throwIfAborted();
    }
  } catch (thrown) {
    if (thrown instanceof ImportError || options.signal?.aborted === true) throw thrown;
    throw new ImportError(
      input.path,
      input.member,
      `could not be read on. ${sentenceOf(thrown)}`,
      'Check the disk or the connection to it, then import again: what is already in is not doubled.',
    );
  }
}

/**
 * The raw bytes of the input, counted for the summary. Where the container breaks, the stream ends there and
 * `tally.broken` says why.
 */
export async function* countedBytes({ input, options, tally }: ReadContext): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input.bytes()) {
      options.signal?.throwIfAborted();
      tally.bytes += chunk.length;
      yield chunk;
    }
  } catch (thrown) {
    if (thrown instanceof ImportError || options.signal?.aborted === true) throw thrown;
    tally.broken = sentenceOf(thrown);
    return;
  }
}

/** The input as UTF-8 without byte order mark, whatever encoding it has; doubts about the encoding become warnings. */
export async function* utf8Bytes(context: ReadContext): AsyncGenerator<Buffer> {
  const { tally } = context;
  const text = new Utf8Stream();
  for await (const chunk of countedBytes(context)) {
    const utf8 = text.push(chunk);
    if (utf8.length > 0) yield utf8;
  }
  const rest = text.push(Buffer.alloc(0), true);
  if (rest.length > 0) yield rest;
  tally.encoding = text.encoding ?? 'UTF-8';
  if (text.encoding === 'Windows-1252')
    tally.warn('The file is not UTF-8; it was read as Windows-1252. Check that letters with accents look right.');
  if (text.damaged)
    tally.warn('Some bytes of the file are no valid UTF-8; they were replaced by \uFFFD, also in the raw rows.');
}

/** The input as UTF-8 for a look ahead: nothing is counted, and a container that is cut just ends. */
export async function* previewBytes(input: Input): AsyncGenerator<Buffer> {
  const text = new Utf8Stream();
  try {
    for await (const chunk of input.bytes()) {
      const utf8 = text.push(chunk);
      if (utf8.length > 0) yield utf8;
    }
  } catch (thrown) {
    if (!(thrown instanceof CutError)) throw thrown;
  }
  const rest = text.push(Buffer.alloc(0), true);
  if (rest.length > 0) yield rest;
}
