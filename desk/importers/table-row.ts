import { cleanText } from './encoding.ts';
import { ImportError } from './import-error.ts';
import type { Input } from './input.ts';
import { rejected } from './json-rows.ts';
import { ownRows } from './own-export.ts';
import type { MessageRecord, Place, SourceRow, Time } from './record.ts';
import type { ColumnMapping } from './source.ts';
import { inFigures, type Tally } from './tally.ts';
import { epochTime, excelTime, isoTime, namedMonthTime } from './times.ts';

/** The cell of a column as text, '' where it has none; a Time where the table itself knows times (Parquet). */
export type Cell = string | Time;

/** Makes records of a table whose columns a person, or the guess, has named. */
export class TableRows {
  readonly #mapping: ColumnMapping;
  readonly #tally: Tally;
  readonly #fileName: string;
  readonly #own;
  #destroyedIds = 0;
  #unreadTimes = 0;

  /** @param columns all that the table has */
  constructor(mapping: ColumnMapping, input: Input, tally: Tally, columns: readonly string[]) {
    this.#own = ownRows(columns);
    this.#mapping = mapping;
    this.#tally = tally;
    this.#fileName = input.name;
  }

  /** `cell` gives the value of a column by its name. */
  row(cell: (column: string) => Cell, raw: string, place: Place): SourceRow {
    const { text, id, author, time, channel, replyTo, label } = this.#mapping;
    const words = asText(cell(text));
    const name = author === undefined ? '' : asText(cell(author)).trim();
    const ownId = id === undefined ? null : this.#id(asText(cell(id)).trim());
    const own = this.#own?.((column) => asText(cell(column)));
    const here = this.#channel(channel === undefined ? '' : asText(cell(channel)).trim(), ownId);
    const gold = label === undefined ? '' : asText(cell(label)).trim();
    return {
      status: 'item',
      kind: 'message',
      place,
      platform: 'table',
      // Rows about one message are one message, also where its platform has no ids.
      id: ownId ?? (own?.item || null),
      channel: own === undefined ? here : { ...here, name: own.channelName || here.name },
      author: { id: name === '' ? null : name, name, bot: false },
      time: time === undefined ? null : this.#time(cell(time), time),
      edited: null,
      replyTo: replyTo === undefined ? null : asText(cell(replyTo)).trim() || null,
      forwarded: false,
      text: words,
      attachments: [],
      reactions: [],
      ...(gold === '' ? {} : { label: gold }),
      ...(own === undefined || own.decided.length === 0 ? {} : { decided: own.decided }),
      raw,
    };
  }

  /** Call after the last row: says what could not be used. */
  finish(): void {
    const { id, time } = this.#mapping;
    if (this.#destroyedIds > 0)
      this.#tally.warn(
        `In ${inFigures(this.#destroyedIds)} rows a spreadsheet has rounded the id to the form 1.23E+17; they were imported without an id. Save the table with that column as text to keep ids.`,
      );
    if (this.#unreadTimes > 0 && id !== time)
      this.#tally.warn(`In ${inFigures(this.#unreadTimes)} rows the time could not be understood; they have none.`);
  }

  #id(id: string): string | null {
    if (/^\d(?:[.,]\d+)?E\+?\d+$/i.test(id)) {
      this.#destroyedIds++;
      return null;
    }
    return id === '' ? null : id;
  }

  /**
   * Tables number their rows 1, 2, 3: two files with such ids and no channel are two channels, named after the files, so
   * that one does not overwrite the other. Long ids speak for themselves.
   */
  #channel(channel: string, id: string | null): MessageRecord['channel'] {
    if (channel !== '') return { id: channel, name: channel };
    if (id === null || !/^\d{1,9}$/.test(id)) return { id: '', name: '' };
    return { id: `file:${this.#fileName}`, name: this.#fileName };
  }

  #time(cell: Cell, column: string): Time | null {
    if (typeof cell !== 'string') return cell;
    const text = cell.trim();
    if (text === '') return null;
    const time = tableTime(text) ?? (/date|time|day/i.test(column) ? excelTime(text) : null);
    if (time === null) this.#unreadTimes++;
    return time;
  }
}

function asText(cell: Cell): string {
  return typeof cell === 'string' ? cleanText(cell) : new Date(cell.ms).toISOString();
}

/** A time as tables hold it, whatever the notation; null for one that leaves day and month open. */
export function tableTime(text: string): Time | null {
  return isoTime(text) ?? epochTime(text) ?? namedMonthTime(text) ?? dottedTime(text);
}

/** `31.12.2024 23:59` and `2024/12/31 23:59`; `1/2/2024` says nothing certain. */
function dottedTime(text: string): Time | null {
  const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/.exec(text);
  if (dotted !== null) return isoTime(`${dotted[3]}-${pad(dotted[2])}-${pad(dotted[1])}${spaced(dotted[4])}`);
  const slashed = /^(\d{4})\/(\d{1,2})\/(\d{1,2})(.*)$/.exec(text);
  return slashed === null ? null : isoTime(`${slashed[1]}-${pad(slashed[2])}-${pad(slashed[3])}${spaced(slashed[4])}`);
}

function pad(digits: string | undefined): string {
  return (digits ?? '').padStart(2, '0');
}

function spaced(rest: string | undefined): string {
  return (rest ?? '').replace(/^,? +(\d):/, ' 0$1:').replace(/^, /, ' ');
}

/** The mapping to read with. @throws ImportError where none was given and none can be guessed, or a column is not there */
export function mappingFor(
  given: ColumnMapping | undefined,
  guess: ColumnMapping | null,
  columns: readonly string[],
  input: Input,
): ColumnMapping {
  const mapping = given ?? guess;
  // A first row taken for a header by mistake holds words of people, which are not to be repeated.
  const names = columns
    .slice(0, 30)
    .map((name, at) => (/^\S{1,24}(?: \S{1,12})?$/.test(name) ? name : `column ${at + 1}`))
    .join(', ');
  if (mapping === null || mapping === undefined)
    throw new ImportError(
      input.path,
      input.member,
      `no column looks like message text. Its columns are: ${names}.`,
      'Say which one holds the text.',
    );
  for (const column of Object.values(mapping) as string[])
    if (!columns.includes(column))
      throw new ImportError(
        input.path,
        input.member,
        `has no column "${column}". Its columns are: ${names}.`,
        'Choose one of these.',
      );
  return mapping;
}

/** A row with too many cells. */
export function wrongWidth(place: Place, raw: string, line: number, found: number, expected: number): SourceRow {
  return rejected(place, raw, `line ${inFigures(line)} has ${found} cells where the header has ${expected}.`);
}
