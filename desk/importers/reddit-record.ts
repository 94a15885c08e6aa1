import { cleanText } from './encoding.ts';
import { idOf, textOf, type Fields } from './fields.ts';
import { rejected } from './json-rows.ts';
import type { MessageRecord, Place, SourceRow, Time } from './record.ts';
import { inFigures } from './tally.ts';
import { unixTime } from './times.ts';

// Field meanings after ArthurHeitmann/arctic_shift, schemas RC.ts (comments) and RS.ts (posts).

const GONE = new Set(['[deleted]', '[removed]', '[ Removed by Reddit ]', '[deleted by user]']);

/** One comment or post of a dump or an API answer. Ids get Reddit's own prefix (`t1_`, `t3_`), as replies have it. */
export function redditRow(fields: Fields, raw: string, place: Place): SourceRow {
  const post = !('body' in fields) && 'title' in fields;
  const bare = idOf(fields, 'id') ?? (textOf(fields, 'name').replace(/^t[13]_/, '') || null);
  if (bare === null) return rejected(place, raw, `row ${inFigures(place.row)} has no id.`);
  if (!post && !('body' in fields))
    return rejected(place, raw, `row ${inFigures(place.row)} is neither a comment nor a post.`);
  const id = `${post ? 't3' : 't1'}_${bare}`;
  const author = textOf(fields, 'author');
  const { text, gone } = post ? postText(fields) : commentText(fields);
  const thread = post ? id : idOf(fields, 'link_id');
  const links =
    post && fields['is_self'] !== true && textOf(fields, 'url') !== '' ? [decoded(textOf(fields, 'url'))] : [];
  const quoted = quotedLines(text);
  return {
    status: 'item',
    kind: gone ? 'deleted' : 'message',
    place,
    platform: 'reddit',
    id,
    channel: subredditOf(textOf(fields, 'subreddit')),
    ...(thread === null ? {} : { thread: { id: thread, ...(post ? { name: decoded(textOf(fields, 'title')) } : {}) } }),
    author: authorOf(author, idOf(fields, 'author_fullname')),
    time: unixTime(fields['created_utc']),
    edited: editedTime(fields['edited']),
    replyTo: post ? null : parentOf(fields),
    forwarded: idOf(fields, 'crosspost_parent') !== null,
    ...(quoted.length === 0 ? {} : { quoted }),
    ...(links.length === 0 ? {} : { links }),
    text: gone ? '' : text,
    attachments: [],
    reactions: [],
    raw,
  };
}

/**
 * Names of subreddits ignore case; the id is the name in lower case, because not every copy has Reddit's own id. Those that
 * begin with u_ are the pages of people.
 */
export function subredditOf(name: string): MessageRecord['channel'] {
  return { id: name.toLowerCase(), name, ...(/^u_/i.test(name) && { personal: true }) };
}

/** Everybody who deleted their account is called `[deleted]`: different people, so no id. */
export function authorOf(name: string, fullname: string | null): MessageRecord['author'] {
  const known = name !== '' && !GONE.has(name);
  return { id: known ? (fullname ?? name) : null, name, bot: name === 'AutoModerator' };
}

function commentText(fields: Fields): { readonly text: string; readonly gone: boolean } {
  const body = decoded(textOf(fields, 'body'));
  return { text: body, gone: GONE.has(body.trim()) };
}

/** Title, blank line, text. A removed text leaves the title to read. */
function postText(fields: Fields): { readonly text: string; readonly gone: boolean } {
  const title = decoded(textOf(fields, 'title'));
  const selftext = decoded(textOf(fields, 'selftext'));
  const body = GONE.has(selftext.trim()) ? '' : selftext;
  const gone = GONE.has(title.trim()) && body === '';
  return { text: body === '' ? title : `${title}\n\n${body}`, gone };
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** Undoes Reddit's own escaping once; what people typed as an entity stays one, but for the zero-width space. */
export function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return cleanText(text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity).replaceAll('&#x200B;', ''));
}

/** Lines that begin with `>` quote somebody else; `>!` hides the author's own words. */
export function quotedLines(text: string): (readonly [number, number])[] {
  if (!text.includes('>')) return [];
  const ranges: (readonly [number, number])[] = [];
  for (const match of text.matchAll(/^ {0,3}>(?!!).*$/gm)) ranges.push([match.index, match.index + match[0].length]);
  return ranges;
}

function editedTime(value: unknown): Time | null {
  return typeof value === 'number' || typeof value === 'string' ? unixTime(value) : null;
}

/** `t1_…` or `t3_…`; Pushshift of 2023 and 2024 wrote the number behind it, without saying which kind it is. */
function parentOf(fields: Fields): string | null {
  const parent = fields['parent_id'];
  const link = idOf(fields, 'link_id');
  if (typeof parent !== 'number') return idOf(fields, 'parent_id') ?? link;
  if (!Number.isSafeInteger(parent) || parent < 0) return null;
  const id = parent.toString(36);
  return link === `t3_${id}` ? link : `t1_${id}`;
}
