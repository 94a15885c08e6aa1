import type { Fields } from './fields.ts';
import { isFields } from './fields.ts';
import { JsonSplitter, type JsonEvent, type JsonPart, type Plan } from './json-splitter.ts';
import { parseJson, parseJsonOfStrings } from './json-value.ts';
import type { Input } from './input.ts';
import type { Place, RejectedRow } from './record.ts';
import { previewBytes, utf8Bytes, type ReadContext } from './reading.ts';
import { RECORD_BYTES } from './source.ts';
import { inFigures, type Tally } from './tally.ts';

/**
 * The events of a JSON file, chunk by chunk. At the end it states in the summary whether the file was whole; `noun` is
 * what its elements are called there ("message").
 */
export async function* jsonEvents(
  context: ReadContext,
  plan: Plan,
  noun: string,
): AsyncGenerator<readonly JsonEvent[]> {
  const splitter = new JsonSplitter(plan);
  for await (const chunk of utf8Bytes(context)) yield splitter.push(chunk);
  const { events, end } = splitter.end();
  yield events;
  const { tally } = context;
  const before =
    tally.rows === 0 ? 'nothing before it could be read' : `all ${inFigures(tally.rows)} before it were read`;
  const next = `${noun} ${inFigures(tally.rows + 1)}`;
  switch (end.state) {
    case 'whole':
      tally.complete = tally.broken === null;
      if (tally.broken !== null)
        tally.warn(`The file was read to its end, but its container is damaged. ${tally.broken}`);
      return;
    case 'cut':
      tally.warn(
        `The file ends ${end.inside ? `in the middle of ${next}` : `before ${next}`} (byte ${inFigures(end.offset)}); ${before}. ` +
          `It was cut off: export or copy it again to get the rest.${tally.broken === null ? '' : ` ${tally.broken}`}`,
      );
      return;
    case 'broken':
      tally.warn(
        `What follows at byte ${inFigures(end.offset)}, where ${next} should stand, is not JSON; ${before}, ` +
          'and nothing after it. Export the file again.',
      );
  }
}

/** Collects the values at some paths of a JSON file in a pass of its own, for files whose keys stand in another order. */
export async function collectJson(input: Input, wanted: ReadonlySet<string>): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  const splitter = new JsonSplitter((path) => (path === '' ? 'into' : wanted.has(path) ? 'take' : 'skip'));
  for await (const chunk of previewBytes(input)) {
    for (const event of splitter.push(chunk)) if (event.type === 'value') note(found, event);
    if (found.size === wanted.size) break;
  }
  return found;
}

function note(found: Map<string, unknown>, event: JsonPart): void {
  try {
    found.set(event.path, parseJson(event.bytes.toString('utf8')));
  } catch {
    // A head that does not parse is as good as none.
  }
}

export interface ParsedElement {
  readonly status: 'parsed';
  readonly fields: Fields;
  readonly raw: string;
}

/** One element of an array as an object, or the rejected row it becomes. `digits` as in json-value.ts. */
export function parseElement(
  event: JsonPart,
  place: Place,
  noun: string,
  digits: 'exact' | 'ids-are-strings' = 'exact',
): ParsedElement | RejectedRow {
  const raw = event.bytes.toString('utf8');
  const where = (): string => `${noun} ${inFigures(place.row)} (byte ${inFigures(event.offset)})`;
  if (event.type === 'too-long') {
    const limit = RECORD_BYTES / 1024 / 1024;
    return rejected(place, raw, `${where()} is longer than ${limit} MB; only its beginning is kept.`);
  }
  try {
    const value = digits === 'exact' ? parseJson(raw) : parseJsonOfStrings(raw);
    if (isFields(value)) return { status: 'parsed', fields: value, raw };
    return rejected(place, raw, `${where()} is not an object.`);
  } catch {
    return rejected(place, raw, `${where()} is not valid JSON.`);
  }
}

/** A rejected row; the reason starts with a capital letter. */
export function rejected(place: Place, raw: string, reason: string): RejectedRow {
  return { status: 'rejected', place, reason: reason.charAt(0).toUpperCase() + reason.slice(1), raw };
}

/** Where the next row stands. */
export function nextPlace(input: Input, tally: Tally): Place {
  return { member: input.member, row: tally.rows + 1 };
}
