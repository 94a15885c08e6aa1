import { clockMs, hourOf } from './times.ts';
import type { DayMonth } from './source.ts';

// The stamps at the start of WhatsApp's lines. Nobody publishes how they are written; the grammar is what parsers'
// fixtures and collected files show.

/** The stamp of a line that can begin a message, with day and month not yet told apart. */
export interface Header {
  /** Everything about the notation that does not change within one file. */
  readonly shape: string;
  /** The three numbers of the date in the order of the file. */
  readonly parts: readonly [number, number, number];
  /** Which part is the year: 0 or 2. */
  readonly yearAt: 0 | 2;
  /** The month is a word in the second part, so that nothing is open. */
  readonly named: boolean;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Hints for the order of day and month. */
  readonly separator: string;
  readonly half: string;
  readonly zeros: boolean;
  /** What follows the stamp, as it stands in the line. */
  readonly rest: string;
  /** True where a direction mark stands before the stamp: the line has an attachment, or WhatsApp wrote it. */
  readonly marked: boolean;
}

const MARK = /[\u200e\u200f\ufeff\u202a-\u202e\u2066-\u2069]/;
const LEADING_MARKS = /^[\u200e\u200f\ufeff\u202a-\u202e\u2066-\u2069]*/;
/** Needs no normalising. */
const PLAIN = /^[\x20-\x7e]*$/;
/** The longest stamp there is, with its marks. */
const PREFIX = 72;

const DATE = String.raw`(?<a>R?\d{1,4})(?:(?<sep>[/.-]) ?(?<b>\d{1,2})(?:[/.-]) ?(?<c>\d{1,4})| (?<month>\p{L}{3,12})\.? (?<year>\d{4}))\.?(?: ?(?<era>BE|AD|CE))?`;
const HALF = String.raw`[AaPp]\. ?[Mm]\.|[AaPp][Mm]|م|ص|上午|下午|午前|午後|오전|오후`;
const TIME = String.raw`(?:(?<before>${HALF}) ?)?(?<h>\d{1,2})(?<colon>[:.])(?<m>\d{2})(?:[:.](?<s>\d{2}))?(?: ?(?<after>${HALF}))?`;
const BETWEEN = String.raw`(?<comma>[,،]?) +(?:(?:klo|kl\.?|um|at|à|às|a las|alle|om) )?`;
const STAMPS = [`${DATE}${BETWEEN}${TIME}`, `${TIME}(?<comma>,) ${DATE}`];
const HEADERS = STAMPS.flatMap((stamp, order) => [
  { form: `[${order}]`, pattern: new RegExp(String.raw`^\[${stamp}\](?: |$)`, 'u') },
  { form: `${order}-`, pattern: new RegExp(String.raw`^${stamp} - `, 'u') },
  { form: `${order}:`, pattern: new RegExp(String.raw`^${stamp}: `, 'u') },
]);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const AFTERNOON = /^(?:p|م|下午|午後|오후)/i;

/** The header at the start of a line, or null for a line that continues the message before it. */
export function headerOf(line: string): Header | null {
  const marks = LEADING_MARKS.exec(line)?.[0].length ?? 0;
  const first = line.charCodeAt(marks);
  // A digit of some script, a bracket, or Japan's era: all else needs no closer look.
  const candidate = first === 0x5b || (first >= 0x30 && first <= 0x39) || first === 0x52 || first >= 0x660;
  if (!candidate) return null;
  const { text, placeOf } = normalised(line, marks);
  for (const { form, pattern } of HEADERS) {
    const match = pattern.exec(text);
    if (match?.groups === undefined) continue;
    const rest = line.slice(placeOf(match[0].length));
    return fromGroups(match.groups, form, rest, marks > 0 && /[\u200e\u200f]/.test(line.slice(0, marks)));
  }
  return null;
}

/** The start of a line with all digits as 0 to 9, all spaces alike and no marks; `placeOf` leads back to the line. */
function normalised(line: string, from: number): { readonly text: string; readonly placeOf: (at: number) => number } {
  const start = line.slice(from, from + PREFIX);
  if (PLAIN.test(start)) return { text: start, placeOf: (at) => from + at };
  let text = '';
  const places: number[] = [];
  for (let at = from; at < line.length && text.length < PREFIX; at++) {
    const character = line.charAt(at);
    if (MARK.test(character)) continue;
    places.push(at);
    const code = character.charCodeAt(0);
    if (code === 0xa0 || code === 0x202f || code === 0x2009) text += ' ';
    else text += code < 0x660 ? character : (digitOf(code) ?? character);
  }
  places.push(text.length < PREFIX ? line.length : (places.at(-1) ?? 0) + 1);
  return { text, placeOf: (at) => places[at] ?? line.length };
}

/** Zeros of Arabic-Indic, Persian, Devanagari and Bengali digits. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6];

function digitOf(code: number): string | null {
  for (const zero of ZEROS) if (code >= zero && code <= zero + 9) return String(code - zero);
  return null;
}

function fromGroups(
  groups: Readonly<Record<string, string | undefined>>,
  form: string,
  rest: string,
  marked: boolean,
): Header | null {
  const { a = '', sep, b = '', c = '', month, year, era, colon = '', s, before, after } = groups;
  const half = before ?? after;
  const named = month !== undefined;
  const monthNumber = named ? MONTHS.indexOf(month.slice(0, 3).toLowerCase()) + 1 : Number(b);
  if (named && monthNumber === 0) return null;
  const yearAt = named || (a.length < 4 && !a.startsWith('R')) ? 2 : 0;
  const last = named ? Number(year) : Number(c);
  const parts: [number, number, number] =
    yearAt === 0
      ? [yearOf(a, era), monthNumber, last]
      : [Number(a), monthNumber, yearOf(named ? (year ?? '') : c, era)];
  const hour = hourOf(Number(groups['h']), half === undefined ? undefined : AFTERNOON.test(half) ? 'PM' : 'AM');
  const yearDigits = yearAt === 0 ? a.length : named ? 4 : c.length;
  if (yearDigits !== 4 && yearDigits !== 2 && !a.startsWith('R')) return null;
  return {
    shape: [
      form,
      named ? 'name' : sep,
      groups['comma'],
      colon,
      s !== undefined,
      half !== undefined,
      yearAt,
      yearDigits,
    ].join('|'),
    parts,
    yearAt,
    named,
    hour,
    minute: Number(groups['m']),
    second: Number(s ?? 0),
    separator: sep ?? '',
    half: half ?? '',
    zeros: /^0/.test(a) || /^0/.test(b),
    rest,
    marked,
  };
}

/** Two digits are of this century; Thailand counts 543 years more, Japan's Reiwa from 2019. */
function yearOf(digits: string, era: string | undefined): number {
  if (digits.startsWith('R')) return 2018 + Number(digits.slice(1));
  const year = Number(digits) + (digits.length === 2 ? 2000 : 0);
  return era === 'BE' || year >= 2400 ? year - 543 : year;
}

/** The header's local clock read as UTC, or null for a date that does not exist in this order. */
export function stampMs(header: Header, order: DayMonth): number | null {
  const { parts, yearAt, named, hour, minute, second } = header;
  const [a, b, c] = parts;
  if (yearAt === 0) return clockMs(a, b, c, hour, minute, second);
  return order === 'month-first' && !named
    ? clockMs(c, a, b, hour, minute, second)
    : clockMs(c, b, a, hour, minute, second);
}

/** Author and body of what follows the stamp; a null author is a line of WhatsApp's own. */
export function splitRest(rest: string): { readonly author: string | null; readonly body: string } {
  const at = rest.indexOf(': ');
  if (at > 0) return { author: rest.slice(0, at), body: rest.slice(at + 2) };
  return rest.length > 1 && rest.endsWith(':') ? { author: rest.slice(0, -1), body: '' } : { author: null, body: rest };
}

const MARKS_AT_ENDS =
  /^[\u200e\u200f\ufeff\u202a-\u202e\u2066-\u2069]+|[\u200e\u200f\ufeff\u202a-\u202e\u2066-\u2069]+$/g;

/** A text without direction marks at its ends and without U+FEFF anywhere. Isolates around names stay. */
export function withoutMarks(text: string): string {
  return balanced(text, text.replace(MARKS_AT_ENDS, '')).replaceAll('\uFEFF', '');
}

/** A mention `@⁨name⁩` at an end keeps its closing mark. */
function balanced(text: string, stripped: string): string {
  const opened = (stripped.match(/[\u2066-\u2068]/g) ?? []).length - (stripped.match(/\u2069/g) ?? []).length;
  return opened > 0 && text.endsWith('\u2069') ? stripped + '\u2069'.repeat(opened) : stripped;
}

/** A name for comparing: no marks, no `~` of unsaved contacts, one kind of space. */
export function authorName(author: string): string {
  return author
    .replace(/[\u200e\u200f\ufeff\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\u00a0\u202f\u2009]/g, ' ')
    .replace(/^~ ?/, '')
    .trim();
}
