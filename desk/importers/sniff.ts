import { Utf8Stream, type Encoding } from './encoding.ts';
import { columnsOf, guessMapping } from './columns.ts';
import { dialectOf } from './csv-dialect.ts';
import { DISCORD_CSV_COLUMNS } from './discord-csv.ts';
import type { Head } from './input.ts';
import { nearMissOfBinary, nearMissOfText } from './near-miss.ts';
import type { Recognition } from './recognition.ts';
import { redditTableOf } from './reddit-request.ts';
import { sniffJson } from './sniff-json.ts';
import type { Candidate } from './source.ts';
import { headerOf } from './whatsapp-header.ts';

/** Recognises a file by its first bytes; its name only helps to say what a foreign file is. */
export function sniff({ bytes, whole }: Head, name: string): Recognition {
  if (bytes.length === 0) return unknown('It is empty: not one byte is in it. Export or copy it again.', true);
  const magic = bytes.toString('latin1', 0, 4);
  if (magic === 'PAR1')
    return recognised({ format: 'parquet', confidence: 0.99, reason: 'It begins like a Parquet file.' });
  if (magic === 'PARE') return unknown('It is an encrypted Parquet file. Save it without encryption.', true);
  const { head, encoding } = utf8Head(bytes, whole);
  if (head.includes(0)) {
    const near = nearMissOfBinary(bytes, name);
    return near === null
      ? unknown(
          'It is not text: it holds NUL bytes. A text in UTF-16 without byte order mark has to be saved as UTF-8.',
          false,
        )
      : unknown(near, true);
  }
  const text = head.toString('utf8');
  const first = text.trimStart().charAt(0);
  if (first === '') return unknown('It holds nothing but spaces and line breaks. Export or copy it again.', true);
  const near = nearMissOfText(text, name);
  if (near !== null) return unknown(near, true);
  const json = first === '{' || first === '[' ? sniffJson(head, whole) : null;
  if (json !== null && (json.status === 'recognised' || json.nearMiss)) return json;
  const candidates = [whatsApp(text), table(text, whole, encoding)].filter((candidate) => candidate !== null);
  candidates.sort((a, b) => b.confidence - a.confidence);
  if (candidates.length > 0) return { status: 'recognised', candidates };
  return json ?? unknown('It is text without columns, and no line begins like a message of a known export.', false);
}

function recognised(candidate: Candidate): Recognition {
  return { status: 'recognised', candidates: [candidate] };
}

function unknown(reason: string, nearMiss: boolean): Recognition {
  return { status: 'unknown', reason, nearMiss };
}

function utf8Head(bytes: Buffer, whole: boolean): { readonly head: Buffer; readonly encoding: Encoding | null } {
  const stream = new Utf8Stream();
  const head = whole ? Buffer.concat([stream.push(bytes), stream.push(Buffer.alloc(0), true)]) : stream.push(bytes);
  return { head, encoding: stream.encoding };
}

/** At least 3 of the first 200 lines, or all of a tiny file, begin with a stamp in one notation. */
function whatsApp(text: string): Candidate | null {
  const lines = text.split('\n', 400).filter((line) => line.trim() !== '');
  const shapes = new Map<string, number>();
  let looked = 0;
  for (const line of lines.slice(0, 200)) {
    looked++;
    const shape = headerOf(line)?.shape;
    if (shape !== undefined) shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  }
  const most = Math.max(0, ...shapes.values());
  const firstBegins = headerOf(lines[0] ?? '') !== null;
  if (most === 0 || (most < 3 && most < looked && !(firstBegins && looked <= 20))) return null;
  return {
    format: 'whatsapp-txt',
    confidence: most >= 3 ? 0.95 : 0.8,
    reason: `${most} of its first ${looked} lines begin with date and time as WhatsApp writes them.`,
  };
}

function table(text: string, whole: boolean, encoding: Encoding | null): Candidate | null {
  const dialect = dialectOf(text, whole);
  if (dialect === null) return null;
  const names = dialect.columns.map((name) => name.toLowerCase());
  const in1252 = encoding === 'Windows-1252' ? ' Its letters are read as Windows-1252.' : '';
  if (dialect.header && DISCORD_CSV_COLUMNS.every((name, at) => names[at] === name))
    return {
      format: 'discord-csv',
      confidence: 0.98,
      reason: `Its columns are those of DiscordChatExporter.${in1252}`,
    };
  if (dialect.header && redditTableOf(names) !== null)
    return {
      format: 'reddit-request',
      confidence: 0.97,
      reason: `Its columns are those of a Reddit data request.${in1252}`,
    };
  const width = names.length;
  if (width === 1) {
    const known = dialect.header && /^(?:text|content|body|message|comment|tweet|post)s?$/.test(names[0] ?? '');
    if (!known) return null;
    return { format: 'csv', confidence: 0.5, reason: `It is one column called "${dialect.columns[0]}".${in1252}` };
  }
  if (dialect.evenness < 0.7) return null;
  // One line alone is a table only when it names a column of text; else it is a sentence with commas.
  if (dialect.samples.length === 0 && guessMapping(columnsOf(dialect.columns, [])) === null) return null;
  const by = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }[dialect.delimiter] ?? 'a sign of its own';
  return {
    format: 'csv',
    confidence: 0.4 + 0.3 * dialect.evenness,
    reason: `It is a table of ${width} columns between ${by}.${in1252}`,
  };
}
