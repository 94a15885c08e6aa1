/**
 * A reviewer's decisions as one signed file: JSON lines. A header says whose they are, under a pseudonym; then comes every
 * link of the chain, with the salt and the note that belong to it; the last line signs all lines before it (Ed25519 over
 * their SHA-256). No message text is in it, and no name.
 *
 * A file from elsewhere is hostile: it is read as a whole and every line checked before anything of it is used.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { z } from 'zod';
import { reasonOf } from '../reason.ts';
import { DeskError } from '../errors.ts';
import { LineSplitter, type Line } from '../importers/lines.ts';
import { BETWEEN } from '../store/policies.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import { isSigned } from '../store/reviewers.ts';
import { type Body, salted } from './link.ts';
import { START, isUndoable, step } from './sequence.ts';

const Sum = z.string().regex(/^[0-9a-f]{64}$/);

export const Header = z.strictObject({
  format: z.literal('moderato-decisions'),
  v: z.literal(1),
  /** public key */
  reviewer: Sum,
  pseudonym: z.string(),
  /** every name that a label has or had, for workspaces that do not know it */
  labels: z.array(z.strictObject({ name: z.string().min(1).max(200), severity: z.int().min(0).max(3) })).max(10_000),
});
export type Header = z.infer<typeof Header>;

export const Entry = z.strictObject({
  hash: Sum,
  body: z.string(),
  /** of the hashes of texts in the body; null once the text was erased, or where there is none */
  salt: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  note: z.string().max(10_000).nullable(),
});
export type Entry = z.infer<typeof Entry>;

export const Footer = z.strictObject({
  links: z.int().min(1),
  head: Sum,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});
export type Footer = z.infer<typeof Footer>;

/** What is signed. @param sum SHA-256 of all lines before the last one, each with its line feed, hexadecimal */
export const signedBytes = (sum: string): Buffer => Buffer.from(`moderato decisions 1\n${sum}`);

export interface SignedLink extends Entry {
  readonly read: Body;
}

/** A file that was checked. */
export interface SignedChain {
  readonly path: string;
  readonly publicKey: string;
  readonly labels: Header['labels'];
  readonly links: readonly SignedLink[];
  /** actions that can be undone, with the seq of the undo in force; 0: none is */
  readonly actions: ReadonlyMap<number, number>;
}

/** What the clock of another computer may be ahead: links that claim more would stand before all others for years. */
const AHEAD_MS = 366 * 24 * 3_600_000;
/** A file is held in memory until it is merged. */
const LARGEST_BYTES = 1 << 28;
/** Lines between which others get their turn. */
const PIECE = 200;

/**
 * Reads and checks a file whole.
 * @param onLine called now and then with the lines so far
 * @throws DeskError bad-input, with the line that does not hold
 */
export async function readSigned(
  path: string,
  now: number,
  { signal, onLine }: { readonly signal: AbortSignal; readonly onLine: (lines: number) => void },
): Promise<SignedChain> {
  const reading = new SignedReading(path, now);
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new DeskError('bad-input', `${path} is no file.`, 'Name the signed file itself.');
    if (stat.size > LARGEST_BYTES)
      throw new DeskError(
        'bad-input',
        `${path} is larger than 256 MB.`,
        'No reviewer decides so much: ask what it is.',
      );
    const lines = new LineSplitter();
    for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 16 })) {
      for (const line of lines.push(chunk as Buffer)) {
        reading.take(line);
        if (line.number % PIECE !== 0) continue;
        onLine(line.number);
        await new Promise(setImmediate);
      }
    }
    const last = lines.end();
    if (last !== null) reading.take(last);
  } catch (error) {
    if (error instanceof DeskError) throw error;
    if (signal.aborted) throw new DeskError('cancelled', 'The merge was stopped.', 'Nothing was merged.');
    const why = reasonOf(error);
    throw new DeskError('bad-input', `${path} cannot be read: ${why}.`, 'Check the path and its permissions.');
  }
  return reading.whole();
}

/** Takes line after line; what does not hold is thrown at once. */
class SignedReading {
  readonly #path: string;
  readonly #latest: number;
  readonly #sum = createHash('sha256');
  readonly #links: SignedLink[] = [];
  readonly #actions = new Map<number, number>();
  #header: Header | undefined;
  #place = START;
  #isWhole = false;

  constructor(path: string, now: number) {
    this.#path = path;
    this.#latest = now + AHEAD_MS;
  }

  take(line: Line): void {
    if (line.tooLong) throw this.#refusal(line, 'it is too long');
    if (this.#isWhole) throw this.#refusal(line, 'something stands behind the signature');
    const value = parsed(line.text);
    if (this.#header === undefined) this.#begin(line, value);
    else if (typeof value === 'object' && value !== null && 'signature' in value) this.#end(line, value, this.#header);
    else this.#link(line, value, this.#header);
    this.#sum.update(`${line.text}\n`);
  }

  /** @throws DeskError where the end is missing */
  whole(): SignedChain {
    if (this.#header === undefined || !this.#isWhole)
      throw new DeskError(
        'bad-input',
        `${this.#path} ends too early: its signature is missing.`,
        'Nothing was merged. Have the file sent once more.',
      );
    const { reviewer, labels } = this.#header;
    return { path: this.#path, publicKey: reviewer, labels, links: this.#links, actions: this.#actions };
  }

  #begin(line: Line, value: unknown): void {
    const header = Header.safeParse(value).data;
    if (header === undefined)
      throw new DeskError(
        'bad-input',
        `${this.#path} is no file of signed decisions.`,
        'Make one with `moderato export --signed` where the decisions were made. Nothing was merged.',
      );
    if (header.pseudonym !== reviewerPseudonym(header.reviewer))
      throw this.#refusal(line, 'its pseudonym is not that of its key');
    const problem = header.labels.map(({ name }) => whatIsWrongWith(name)).find((what) => what !== null);
    if (problem !== undefined) throw this.#refusal(line, problem);
    this.#header = header;
  }

  #link(line: Line, value: unknown, { reviewer }: Header): void {
    const entry = Entry.safeParse(value).data;
    if (entry === undefined) throw this.#refusal(line, 'it is no link');
    const next = step(this.#place, reviewer, { body: entry.body, hash: Buffer.from(entry.hash, 'hex') });
    if ('problem' in next) throw this.#refusal(line, next.problem);
    const problem = this.#whatIsWrong(entry, next.body);
    if (problem !== null) throw this.#refusal(line, problem);
    this.#place = next.place;
    this.#links.push({ ...entry, read: next.body });
  }

  /** What does not hold about a link beside its place in the chain; null where all does. */
  #whatIsWrong({ salt, note }: Entry, { deed, action, seq, clock }: Body): string | null {
    if (clock > this.#latest) return 'its clock is more than a year ahead of the one here';
    const sum = 'note' in deed ? deed.note : null;
    if (note !== null && (sum === null || salt === null || salted(Buffer.from(salt, 'hex'), note) !== sum))
      return 'its note is not the one that was written';
    if (deed.kind === 'decide') {
      const problem = deed.labels.map(whatIsWrongWith).find((what) => what !== null);
      if (problem !== undefined) return problem;
      if (deed.reasons.some((reason) => reason.includes(BETWEEN))) return `a reason has ${BETWEEN} in it`;
    }
    if (deed.kind === 'undo' || deed.kind === 'redo') {
      const undone = this.#actions.get(deed.of);
      if (undone === undefined || undone > 0 !== (deed.kind === 'redo')) return `there is nothing to ${deed.kind}`;
      this.#actions.set(deed.of, deed.kind === 'undo' ? seq : 0);
    } else if (isUndoable(deed.kind)) this.#actions.set(action, 0);
    else if (action !== seq) return 'it belongs to no action';
    return null;
  }

  #end(line: Line, value: unknown, { reviewer }: Header): void {
    const footer = Footer.safeParse(value).data;
    if (footer === undefined) throw this.#refusal(line, 'it is no signature');
    if (footer.links !== this.#place.seq || footer.head !== this.#place.hash)
      throw this.#refusal(line, 'links before it are missing');
    const bytes = signedBytes(this.#sum.copy().digest('hex'));
    if (!isSigned(reviewer, bytes, Buffer.from(footer.signature, 'hex')))
      throw this.#refusal(line, 'this is not the signature of its reviewer over what stands before it');
    this.#isWhole = true;
  }

  #refusal({ number }: Line, what: string): DeskError {
    return new DeskError(
      'bad-input',
      `${this.#path}, line ${number}: ${what}.`,
      'Nothing was merged. Somebody changed the file, or it was damaged on its way: have it sent once more.',
    );
  }
}

/** @returns null where nothing is, with the name of a label */
function whatIsWrongWith(name: string): string | null {
  if (name !== name.trim()) return 'a label begins or ends in white space';
  return name.includes(BETWEEN) ? `a label has ${BETWEEN} in its name` : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
