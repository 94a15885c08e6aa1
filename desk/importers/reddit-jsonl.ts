import { readJsonLines } from './json-lines.ts';
import type { SourceRow } from './record.ts';
import type { ReadContext } from './reading.ts';
import { redditRow } from './reddit-record.ts';

/** Reads Reddit dumps of Pushshift and Arctic Shift: one comment or post a line. */
export function readRedditJsonl(context: ReadContext): AsyncGenerator<SourceRow[]> {
  return readJsonLines(context, ({ fields, raw }, place) => redditRow(fields, raw, place));
}
