import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import type { ReportStart } from '../contract/jobs.ts';
import { decisions } from '../exporters/decisions.ts';
import { wholeFile } from '../exporters/whole-file.ts';
import type { RunHooks } from '../jobs/runner.ts';
import { signerOf } from '../review/heads.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import type { Workspace } from '../store/workspace.ts';
import { figuresOf } from './report-figures.ts';
import { listEnd, listHead, listRow, pageHead } from './report-page.ts';
import { END_OF_SIGNED, signatureBlock, signedText } from './report-signature.ts';

export interface AuditReport {
  readonly path: string;
  readonly decisions: number;
  /** every chain is whole */
  readonly whole: boolean;
  readonly publicKey: string;
}

/** Rows between which others get their turn. */
const PIECE = 200;

/** Writes the signed report. Begins anew when it is started again. @throws DeskError */
export async function reportJob(
  workspace: Workspace,
  { path, reviewer: id, texts }: z.infer<typeof ReportStart>,
  { signal, onProgress }: RunHooks,
): Promise<AuditReport> {
  const reviewer = signerOf(workspace, id);
  const { publicKey } = reviewer;
  const pseudonym = reviewerPseudonym(publicKey);
  const total = workspace.counts.verdicts;
  onProgress({ doing: 'Counting', done: 0, total, unit: 'decisions' });
  const figures = figuresOf(workspace);
  const about = { workspace: basename(workspace.path), made: new Date(), reviewer: pseudonym };
  const sum = createHash('sha256');
  async function* page(): AsyncGenerator<string> {
    yield `${pageHead(about, figures)}\n`;
    if (texts) {
      yield listHead;
      let done = 0;
      for (const decision of decisions(workspace)) {
        yield listRow(decision);
        if (++done % PIECE !== 0) continue;
        onProgress({ doing: 'Writing', done, total, unit: 'decisions' });
        await new Promise(setImmediate);
        signal.throwIfAborted();
      }
      yield listEnd;
    }
    yield END_OF_SIGNED;
  }
  async function* signed(): AsyncGenerator<string> {
    for await (const piece of page()) {
      sum.update(piece);
      yield piece;
    }
    const sha256 = sum.digest('hex');
    const signature = workspace.reviewers.sign(reviewer.id, signedText(sha256));
    if (signature === undefined) throw new Error('a reviewer of this workspace has no key');
    yield signatureBlock(pseudonym, publicKey, sha256, signature.toString('hex'));
  }
  await wholeFile(workspace, path, 'The report', signal, async (part) => {
    await pipeline(signed(), createWriteStream(part));
  });
  return { path, decisions: total, whole: figures.chains.every(({ broken }) => broken === null), publicKey };
}
