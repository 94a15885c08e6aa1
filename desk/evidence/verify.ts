/** Checks an evidence file, or a report, on any computer: what it needs is in the file. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DeskError } from '../errors.ts';
import { sentenceOf } from '../reason.ts';
import { Archive } from './archive.ts';
import { HEAD, Head } from './files.ts';
import { type Problem, Problems } from './problems.ts';
import { checkReport } from './report-signature.ts';
import { checkHead, checkMessages, parsed } from './verify-messages.ts';
import { checkSums } from './verify-signature.ts';
import { type Compared, checkSource } from './verify-source.ts';

export interface Checked {
  readonly kind: 'evidence' | 'report';
  readonly whole: boolean;
  readonly problems: readonly Problem[];
  /** pseudonym of whoever made it, as the file says; null where it does not */
  readonly reviewer: string | null;
  /** whose signature it has; null where none fits */
  readonly publicKey: string | null;
  /** null for a report, or where evidence.json cannot be read */
  readonly made: string | null;
  readonly names: boolean;
  readonly messages: number;
  /** files of the archive that were compared */
  readonly files: number;
  /** null where no export was given */
  readonly source: Compared | null;
}

export interface Against {
  /** the original export */
  readonly source?: string | undefined;
  /** the key that it must be signed with, hexadecimal */
  readonly key?: string | undefined;
}

/** A page with more than this was not written by this program. */
const PAGE_BYTES = 2 ** 30;

/** @throws DeskError bad-input where there is no such file */
export async function verify(path: string, against: Against, signal?: AbortSignal): Promise<Checked> {
  return (await isPage(path)) ? await verifyReport(path, against) : await verifyEvidence(path, against, signal);
}

async function isPage(path: string): Promise<boolean> {
  try {
    // A pipe would be waited for.
    if (!(await stat(path)).isFile()) throw new TypeError('It is no file');
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    if (!/^\s*<!doctype html/i.test(buffer.toString('latin1', 0, bytesRead))) return false;
    if ((await file.stat()).size <= PAGE_BYTES) return true;
  } catch (error) {
    throw new DeskError('bad-input', `${path} cannot be opened. ${sentenceOf(error)}`, 'Check the path.');
  }
  throw new DeskError('bad-input', `${path} is too large for a report.`, 'Name the file that the report verb wrote.');
}

async function verifyReport(path: string, { source, key }: Against): Promise<Checked> {
  if (source !== undefined)
    throw new DeskError('bad-input', 'A report holds no records to compare.', 'Leave the export out.');
  const checked = checkReport(await readFile(path));
  const file = basename(path);
  const problems: Problem[] = [];
  if (checked === null) problems.push({ file, what: 'it is a page without the mark up to which it would be signed.' });
  if (checked?.problem) problems.push({ file, what: checked.problem });
  const publicKey = checked?.problem === null ? checked.publicKey : null;
  if (key !== undefined && publicKey !== null && publicKey !== key) problems.push({ file, what: OTHER_KEY });
  return {
    kind: 'report',
    whole: problems.length === 0,
    problems,
    reviewer: checked?.reviewer ?? null,
    publicKey,
    made: null,
    names: false,
    messages: 0,
    files: 1,
    source: null,
  };
}

async function verifyEvidence(path: string, { source, key }: Against, signal?: AbortSignal): Promise<Checked> {
  const opened = await Archive.open(path);
  if (!(opened instanceof Archive)) return { ...NOTHING, problems: [{ ...opened, file: basename(path) }] };
  await using archive = opened;
  const problems = new Problems();
  for (const { file, what } of archive.problems) problems.add(file === path ? basename(path) : file, what);
  const head = await parsed(archive, HEAD, Head);
  const publicKey = await checkSums(archive, head === null ? [] : [head.by.public_key], problems);
  for (const name of archive.oddSums)
    if (!problems.isAbout(name)) problems.add(name, 'the CRC-32 that the archive has of it is not that of its bytes.');
  if (key !== undefined && publicKey !== null && publicKey !== key) problems.add(HEAD, OTHER_KEY);
  if (head === null) {
    if (!problems.isAbout(HEAD)) problems.add(HEAD, 'it is missing, or of a newer program.');
    return { ...NOTHING, publicKey, files: archive.sums.size, problems: problems.list(basename(path)) };
  }
  // What a changed byte breaks besides the sum would only say the same again.
  const inside = problems.none ? problems : new Problems();
  await checkHead(archive, head, inside);
  const placed = await checkMessages(archive, head, inside);
  const compared = source === undefined ? null : await checkSource(archive, head, placed, source, problems, signal);
  return {
    kind: 'evidence',
    whole: problems.none,
    problems: problems.list(basename(path)),
    reviewer: head.by.reviewer,
    publicKey,
    made: head.made,
    names: head.names,
    messages: head.messages,
    files: archive.sums.size,
    source: compared,
  };
}

const NOTHING: Omit<Checked, 'problems'> = {
  kind: 'evidence',
  whole: false,
  reviewer: null,
  publicKey: null,
  made: null,
  names: false,
  messages: 0,
  files: 0,
  source: null,
};

const OTHER_KEY = 'it is signed with another key than the one that was given.';
