import { type Readable, addAbortSignal } from 'node:stream';

/** All that comes on standard input, as text. @throws AbortError where the signal aborts, also while nothing comes */
export async function standardInput(signal: AbortSignal, stream: Readable = process.stdin): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, stream)) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8').trimEnd();
}
