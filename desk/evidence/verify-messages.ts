/** Checks what the files of an evidence file say of each other, as far as nobody but its maker could have changed it. */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { readBody, salted } from '../review/link.ts';
import { reviewerPseudonym } from '../store/pseudonym.ts';
import type { Archive } from './archive.ts';
import { DecisionLine, HEAD, type Head, KEY, Message, contentOf, folderOf } from './files.ts';
import type { Problems } from './problems.ts';
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
export async function checkHead(archive: Archive, head: Head, problems: Problems): Promise<void> {
  const wrong = (what: string): void => problems.add(HEAD, what);
  const { by, link, heads, names } = head;
  const pem = keyIn((await archive.read(KEY))?.toString('latin1') ?? '');
  if (pem !== by.public_key) problems.add(KEY, 'it is not the key that evidence.json names.');
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
export async function checkMessages(archive: Archive, head: Head, problems: Problems): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  const body = readBody(head.link.body);
  // Not as many as evidence.json claims: that may be any number. That they are as many is checked with the head.
  const items = body?.deed.kind === 'evidence' ? body.deed.items : [];
  for (const [at, item] of items.entries()) {
    if (problems.isFull) break;
    const folder = folderOf(at + 1);
    const file = `${folder}/message.json`;
    const message = await parsed(archive, file, Message);
    if (message === null) {
      problems.add(file, 'it is missing, or not in a form that this program knows.');
      continue;
    }
    if (message.message !== item) problems.add(file, 'it is another message than the link of evidence.json names.');
    placed.push({ folder, message });
    for (const { record } of message.versions)
      if (record !== null && !archive.sums.has(`${folder}/${record}`))
        problems.add(`${folder}/${record}`, 'it is missing.');
    await checkDecisions(archive, `${folder}/decisions.jsonl`, message, head.names, problems);
  }
  return placed;
}

async function checkDecisions(
  archive: Archive,
  file: string,
  message: Message,
  names: boolean,
  problems: Problems,
): Promise<void> {
  const text = (await archive.read(file))?.toString('utf8');
  if (text === undefined) return problems.add(file, 'it is missing.');
  const hidden = !names && message.message_id === null;
  const texts = new Map(message.versions.map(({ version, text: words }) => [version, words]));
  /** hash of the last link of a chain, by key, with its number */
  const last = new Map<string, { readonly seq: number; readonly hash: string }>();
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '') continue;
    if (problems.isFull) return;
    const decision = lineOf(line);
    if (hidden && decision?.body === null && decision.said !== null) continue;
    const what = whatIsWrong(decision, message.message, texts, last);
    if (what !== null) problems.add(file, `line ${at + 1}: ${what}`);
  }
}

/** What does not hold about a decision, for people; null where all does. */
function whatIsWrong(
  decision: DecisionLine | null,
  message: string,
  texts: ReadonlyMap<number, string>,
  last: Map<string, { readonly seq: number; readonly hash: string }>,
): string | null {
  const body = decision?.body ? readBody(decision.body) : null;
  if (decision === null || decision.body === null || body === null)
    return 'it is not in a form that this program knows.';
  if (hash('sha256', decision.body) !== decision.hash) return 'its hash is not that of what it says.';
  const { deed, reviewer, seq, prev } = body;
  const before = last.get(reviewer);
  last.set(reviewer, { seq, hash: decision.hash });
  if (before?.seq === seq - 1 && before.hash !== prev) return 'it does not follow the link before it.';
  if (reviewerPseudonym(reviewer) !== decision.reviewer) return 'it is by another reviewer than it says.';
  if (!('item' in deed) || deed.item !== message) return 'it is about another message.';
  if (decision.salt === null || !('text' in deed)) return null;
  const salt = Buffer.from(decision.salt, 'hex');
  const seen = texts.get(deed.version);
  if (seen === undefined || salted(salt, seen) !== deed.text) return 'the text is not the one that was decided on.';
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
