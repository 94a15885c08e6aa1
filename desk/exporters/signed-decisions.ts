/** A reviewer's decisions as one signed file, to be merged into another workspace. */
import { createWriteStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import type { SignStart } from '../contract/jobs.ts';
import { DeskError } from '../errors.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { signerOf } from '../review/heads.ts';
import { type Entry, type Footer, type Header, signedBytes } from '../review/signed-file.ts';
import type { Reviewer } from '../store/reviewers.ts';
import type { End } from '../store/links.ts';
import type { Store } from '../store/store.ts';
import { wholeFile } from './whole-file.ts';

export interface SignReport {
  readonly path: string;
  readonly pseudonym: string;
  readonly links: number;
  /** of the last link, hexadecimal: worth writing down elsewhere */
  readonly head: string;
}

const PAGE = 200;

/** @throws DeskError no-reviewer, not-allowed, nothing-to-do, and what `wholeFile` throws */
export async function signJob(
  store: Store,
  { path, reviewer: id }: z.infer<typeof SignStart>,
  { signal, onProgress }: RunHooks,
): Promise<SignReport> {
  const reviewer = signerOf(store, id);
  const end = store.links.end(id);
  if (end === undefined)
    throw new DeskError('nothing-to-do', `${reviewer.name} has decided nothing yet.`, 'Nothing was written.');
  const progress = (done: number): void => onProgress({ doing: 'Signing', done, total: end.seq, unit: 'links' });
  const lines = linesOf(store, reviewer, end, signal, progress);
  await wholeFile(store, path, 'The export', signal, async (part) => {
    await pipeline(lines, createWriteStream(part), { signal });
  });
  return { path, pseudonym: reviewer.pseudonym, links: end.seq, head: end.hash.toString('hex') };
}

/** Lines with their line feeds. Links that come meanwhile are not among them. */
async function* linesOf(
  store: Store,
  { id, publicKey, pseudonym }: Reviewer,
  end: End,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): AsyncGenerator<string> {
  const sum = createHash('sha256');
  const line = (value: Header | Entry): string => {
    const text = `${JSON.stringify(value)}\n`;
    sum.update(text);
    return text;
  };
  const labels = store.policies.names().map(({ name, severity }) => ({ name, severity }));
  yield line({ format: 'moderato-decisions', v: 1, reviewer: publicKey, pseudonym, labels });
  for (let seq = 0; seq < end.seq; seq += PAGE) {
    onProgress(seq);
    for (const link of store.links.chain(id, seq, Math.min(PAGE, end.seq - seq)))
      yield line({
        hash: link.hash.toString('hex'),
        body: link.body,
        salt: link.salt?.toString('hex') ?? null,
        note: link.note,
      });
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }
  const signature = store.reviewers.sign(id, signedBytes(sum.digest('hex')));
  if (signature === undefined) throw new Error('a reviewer of this workspace has no key');
  const footer: Footer = { links: end.seq, head: end.hash.toString('hex'), signature: signature.toString('hex') };
  yield `${JSON.stringify(footer)}\n`;
}
