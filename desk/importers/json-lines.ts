import { isFields } from './fields.ts';
import type { ParsedElement } from './json-rows.ts';
import { nextPlace, rejected } from './json-rows.ts';
import { parseJson } from './json-value.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { Place, SourceRow } from './record.ts';
import { utf8Bytes, type ReadContext } from './reading.ts';
import { RECORD_BYTES } from './source.ts';
import { inFigures } from './tally.ts';

/** Makes the row of one parsed line; null for a line that is no row (a header of its own kind). */
export type RowOfLine = (element: ParsedElement, place: Place) => SourceRow | null;

/**
 * Reads JSON lines: blank lines are nothing, a bad line is one rejected row, and a last line without line break that
 * does not parse is where the file was cut.
 */
export async function* readJsonLines(context: ReadContext, rowOf: RowOfLine): AsyncGenerator<SourceRow[]> {
  const { tally } = context;
  const lines = new LineSplitter();
  for await (const chunk of utf8Bytes(context)) {
    for (const line of lines.push(chunk)) {
      addLine(context, line, rowOf);
      if (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
  const last = lines.end();
  const cut = last !== null && !last.tooLong && !parses(last.text);
  if (last !== null && !cut) addLine(context, last, rowOf);
  if (cut || tally.broken !== null)
    tally.warn(
      `The file ends ${cut ? `in the middle of line ${inFigures(last.number)}` : 'too early'}; ` +
        `all ${inFigures(tally.rows)} rows before it were read. ` +
        `It was cut off: export or copy it again to get the rest.${tally.broken === null ? '' : ` ${tally.broken}`}`,
    );
  else tally.complete = true;
  if (tally.pending) yield tally.take();
}

function parses(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}

function addLine({ input, tally }: ReadContext, line: Line, rowOf: RowOfLine): void {
  if (line.text.trim() === '') return;
  const place = nextPlace(input, tally);
  if (line.tooLong) {
    const limit = RECORD_BYTES / 1024 / 1024;
    tally.add(
      rejected(
        place,
        line.text,
        `line ${inFigures(line.number)} is longer than ${limit} MB; only its beginning is kept.`,
      ),
    );
    return;
  }
  let value: unknown;
  try {
    value = parseJson(line.text);
  } catch {
    tally.add(rejected(place, line.text, `line ${inFigures(line.number)} is not valid JSON.`));
    return;
  }
  if (!isFields(value)) {
    tally.add(rejected(place, line.text, `line ${inFigures(line.number)} is not a JSON object.`));
    return;
  }
  const row = rowOf({ status: 'parsed', fields: value, raw: line.text }, place);
  if (row !== null) tally.add(row);
}
