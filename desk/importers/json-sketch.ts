import { JsonSplitter, type JsonEvent } from './json-splitter.ts';
import { parseJson } from './json-value.ts';

/**
 * What stands where in the beginning of a JSON file: every path (as in json-splitter.ts) with what its first value opens
 * with and, for scalars, that value. It needs no whole value, so the file may be of any size and end anywhere.
 */
export interface JsonSketch {
  readonly kinds: ReadonlyMap<string, '{' | '[' | 'scalar'>;
  readonly values: ReadonlyMap<string, unknown>;
  /** True where another value follows the first on a line of its own: JSON lines. */
  readonly lines: boolean;
  /** True for a list in which nothing stands, or nothing yet where the file was cut. */
  readonly empty: boolean;
}

const DEEPEST = 8;
const PATHS = 5000;

/** Sketches the first bytes of a JSON file, given as UTF-8 without byte order mark. */
export function sketchOf(head: Buffer): JsonSketch {
  const kinds = new Map<string, '{' | '[' | 'scalar'>();
  const values = new Map<string, unknown>();
  const splitter = new JsonSplitter((path, opens) => {
    const known = kinds.has(path);
    if (!known && kinds.size < PATHS) kinds.set(path, opens);
    if (opens === 'scalar') return values.has(path) ? 'skip' : 'take';
    return path.split(/[.[]/).length <= DEEPEST ? 'into' : 'skip';
  });
  const note = (events: readonly JsonEvent[]): void => {
    for (const event of events) {
      if (event.type !== 'value') continue;
      try {
        values.set(event.path, parseJson(event.bytes.toString('utf8')));
      } catch {
        // A scalar that is none: the reader will say so where it matters.
      }
    }
  };
  note(splitter.push(head));
  const { events, end } = splitter.end();
  note(events);
  const after = end.state === 'broken' ? head[end.offset] : undefined;
  const empty = end.state !== 'broken' && kinds.get('') === '[' && kinds.size === 1;
  return { kinds, values, lines: kinds.get('') === '{' && after === 0x7b, empty };
}

/**
 * Path of the rows in a generic JSON file: "[]" for an array, "KEY[]" for one of objects inside an object, null for lines
 * and for what is no table, as a line that only begins with a bracket.
 */
export function tableIn(sketch: JsonSketch): string | null {
  if (sketch.kinds.get('') === '[') return sketch.kinds.get('[]') === '{' || sketch.empty ? '[]' : null;
  if (sketch.lines) return null;
  for (const [path, kind] of sketch.kinds) if (kind === '{' && /^[^.[\]]+\[\]$/.test(path)) return path;
  return null;
}
