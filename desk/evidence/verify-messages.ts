/** Checks what the files of an evidence file say of each other, as far as nobody but its maker could have changed it. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { readBody, salted } from '../review/link.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import type { Archive, Problem } from './archive.ts';
import { DecisionLine, HEAD, type Head, KEY, Message, contentOf, folderOf } from './files.ts';
import { fits, keyIn } from './verify-signature.ts';

/** A message of an evidence file and the folder that it lies in. */
export interface Placed {
  readonly folder: string;
  readonly message: Message;
}

/** What a file holds; null where it is not of this form, or not there. */
export async function parsed<T>(archive: Archive, name: string, shape: z.ZodType<T>): Promise<T | null> {
  try {
    return shape.parse(JSON.parse((await archive.read(name))?.toString('utf8') ?? ''));
  } catch {
    return null;
  }
}

/** Key, link and heads of evidence.json. */
export async function checkHead(archive: Archive, head: Head, problems: Problem[]): Promise<void> {
  const wrong = (what: string): void => void problems.push({ file: HEAD, what });
  const { by, link, heads, names } = head;
  const pem = keyIn((await archive.read(KEY))?.toString('latin1') ?? '');
  if (pem !== by.public_key) problems.push({ file: KEY, what: 'it is not the key that evidence.json names.' });
  if (reviewerPseudonym(by.public_key) !== by.reviewer) wrong('the reviewer does not belong to the key.');
  const body = readBody(link.body);
  if (hash('sha256', link.body) !== link.hash || body?.deed.kind !== 'evidence' || body.reviewer !== by.public_key)
    return wrong('its link is not that of the reviewer who made it.');
  if (body.deed.content !== contentOf(archive.sums)) wrong('its link is about other files than these.');
  if (body.deed.items.length !== head.messages) wrong('its link is about other messages than these.');
  if (!names && body.deed.names.length > 0) wrong('its link says that real names are in it.');
  for (const { reviewer, public_key: key, head: end, signature } of heads)
    if (signature !== null && !fits(key, Buffer.from(end, 'hex'), Buffer.from(signature, 'hex')))
      wrong(`the head of ${reviewer} is not signed by its key.`);
}

/** Each message with its records and decisions. @returns those that are as they should be */
export async function checkMessages(archive: Archive, head: Head, problems: Problem[]): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  const body = readBody(head.link.body);
  const items = body?.deed.kind === 'evidence' ? body.deed.items : [];
  for (let place = 1; place <= head.messages; place++) {
    const folder = folderOf(place);
    const message = await parsed(archive, `${folder}/message.json`, Message);
    if (message === null) {
      problems.push({
        file: `${folder}/message.json`,
        what: 'it is missing, or not in a form that this program knows.',
      });
      continue;
    }
    if (message.message !== items[place - 1])
      problems.push({
        file: `${folder}/message.json`,
        what: 'it is another message than the link of evidence.json names.',
      });
    placed.push({ folder, message });
    for (const { record } of message.versions)
      if (record !== null && !archive.sums.has(`${folder}/${record}`))
        problems.push({ file: `${folder}/${record}`, what: 'it is missing.' });
    await checkDecisions(archive, `${folder}/decisions.jsonl`, message, problems);
  }
  return placed;
}

async function checkDecisions(archive: Archive, file: string, message: Message, problems: Problem[]): Promise<void> {
  const text = (await archive.read(file))?.toString('utf8');
  if (text === undefined) return void problems.push({ file, what: 'it is missing.' });
  /** hash of the last link of a chain, by key, with its number */
  const last = new Map<string, { readonly seq: number; readonly hash: string }>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const what = whatIsWrong(line, message, last);
    if (what !== null) problems.push({ file, what: `line ${at + 1}: ${what}` });
  }
}

/** What does not hold about a decision, for people; null where all does. */
function whatIsWrong(
  line: string,
  { message, versions }: Message,
  last: Map<string, { readonly seq: number; readonly hash: string }>,
): string | null {
  const decision = lineOf(line);
  const body = decision && readBody(decision.body);
  if (decision === null || body === null) return 'it is not in a form that this program knows.';
  if (hash('sha256', decision.body) !== decision.hash) return 'its hash is not that of what it says.';
  const { deed, reviewer, seq, prev } = body;
  const before = last.get(reviewer);
  last.set(reviewer, { seq, hash: decision.hash });
  if (before?.seq === seq - 1 && before.hash !== prev) return 'it does not follow the link before it.';
  if (reviewerPseudonym(reviewer) !== decision.reviewer) return 'it is by another reviewer than it says.';
  if (!('item' in deed) || deed.item !== message) return 'it is about another message.';
  if (decision.salt === null || !('text' in deed)) return null;
  const salt = Buffer.from(decision.salt, 'hex');
  const seen = versions.find(({ version }) => version === deed.version);
  if (seen === undefined || salted(salt, seen.text) !== deed.text)
    return 'the text is not the one that was decided on.';
  if ('note' in deed && deed.note !== null && (decision.note === null || salted(salt, decision.note) !== deed.note))
    return 'its note is not the one that was written.';
  return null;
}

function lineOf(line: string): DecisionLine | null {
  try {
    return DecisionLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
