import { fieldsOf, idOf, listOf, textOf, type Fields } from './fields.ts';
import { jsonEvents, nextPlace, parseElement, rejected } from './json-rows.ts';
import type { Plan } from './json-splitter.ts';
import type { Place, SourceRow } from './record.ts';
import type { ReadContext } from './reading.ts';
import { redditRow } from './reddit-record.ts';
import type { Tally } from './tally.ts';

// What Reddit's API answers: a listing, or a post's listing and its comments' in an array of two; and the flat
// {"data": [...]} of Pushshift's and Arctic Shift's APIs.

const plan: Plan = (path, opens) => {
  if (path === '' || path === '[]' || path === 'data' || path === '[].data') return 'into';
  if (path === 'data.children' || path === '[].data.children') return 'into';
  return opens === '{' && (path.endsWith('children[]') || path === 'data[]') ? 'take' : 'skip';
};

/** Reads the JSON answers of Reddit's API and of its archives'. */
export async function* readRedditListing(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, tally } = context;
  for await (const events of jsonEvents(context, plan, 'row')) {
    for (const event of events) {
      if (event.type === 'open' || event.type === 'close') continue;
      const element = parseElement(event, nextPlace(input, tally), 'row');
      if (element.status === 'rejected') tally.add(element);
      else if (event.path === 'data[]') tally.add(redditRow(element.fields, element.raw, nextPlace(input, tally)));
      else addThing(element.fields, element.raw, input.member, tally);
      while (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
}

/** Comments in comments that are followed; Reddit itself stops far earlier. */
const DEEPEST = 500;

/**
 * A comment brings its answers with it, in a listing inside it: each becomes a row of its own. `exact` is its record as
 * it stands in the file, null below the top.
 */
function addThing(thing: Fields, exact: string | null, member: string, tally: Tally, depth = 0): void {
  const place: Place = { member, row: tally.rows + 1 };
  const data = fieldsOf(thing, 'data');
  const replies = data === null ? null : fieldsOf(data, 'replies');
  if (depth >= DEEPEST) {
    tally.add(rejected(place, '', `row ${place.row} and what answers it are nested too deeply.`));
    return;
  }
  // With its answers inside, the raw record would hold them all again at every level.
  const own = replies === null ? thing : { ...thing, data: { ...data, replies: '' } };
  const raw = exact === null || replies !== null ? JSON.stringify(own) : exact;
  if (data === null) tally.add(rejected(place, raw, `row ${place.row} has no data.`));
  else tally.add(thing['kind'] === 'more' ? moreRow(data, raw, place) : redditRow(data, raw, place));
  const below = replies === null ? null : fieldsOf(replies, 'data');
  if (below === null) return;
  for (const child of listOf(below, 'children')) addThing(child, null, member, tally, depth + 1);
}

/** "More comments": ids only, nothing to read. */
function moreRow(data: Fields, raw: string, place: Place): SourceRow {
  const id = idOf(data, 'id') ?? '';
  return {
    status: 'item',
    kind: 'system',
    place,
    platform: 'reddit',
    id: `more_${id}_${textOf(data, 'parent_id')}`,
    channel: { id: '', name: '' },
    author: { id: null, name: '', bot: false },
    time: null,
    edited: null,
    replyTo: idOf(data, 'parent_id'),
    forwarded: false,
    text: '',
    attachments: [],
    reactions: [],
    raw,
  };
}
