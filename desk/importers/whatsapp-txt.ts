import { basename, dirname } from 'node:path';
import { cleanText } from './encoding.ts';
import { ImportError } from './import-error.ts';
import type { Input } from './input.ts';
import { nextPlace, rejected } from './json-rows.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { Kind } from './kinds.ts';
import type { Attachment, MessageRecord, Place, SourceRow, Time } from './record.ts';
import { utf8Bytes, type ReadContext } from './reading.ts';
import { RECORD_BYTES, type DayMonth } from './source.ts';
import { inFigures } from './tally.ts';
import { authorName, headerOf, splitRest, stampMs, withoutMarks, type Header } from './whatsapp-header.ts';
import * as phrases from './whatsapp-phrases.ts';
import { surveyWhatsApp, type Survey } from './whatsapp-survey.ts';

/** One message being gathered: its header and the lines that continue it. */
interface Gathered {
  readonly header: Header | null;
  readonly firstLine: number;
  readonly first: string;
  readonly more: string[];
  raw: string[];
  length: number;
}

/** Reads a WhatsApp chat export. The rows keep the order of the file, which is not always that of time. */
export async function* readWhatsAppTxt(context: ReadContext): AsyncGenerator<SourceRow[]> {
  const { input, options, tally } = context;
  const survey = await surveyWhatsApp(input);
  if (survey === null)
    throw new ImportError(
      input.path,
      input.member,
      'no line begins with a date and a time as WhatsApp writes them.',
      'Export the chat again: in WhatsApp, open the chat, More, Export chat.',
    );
  const order = options.dayMonth ?? survey.order;
  tally.dayMonth =
    options.dayMonth === undefined
      ? { order, reason: survey.reason, sure: survey.sure }
      : { order, reason: 'Chosen by hand.', sure: true };
  if (!tally.dayMonth.sure)
    tally.warn(`${survey.reason} If ${survey.openDate ?? 'a date'} has the month first, import again and say so.`);
  const reader = new ChatReader(context, survey, order);
  const lines = new LineSplitter();
  for await (const chunk of utf8Bytes(context)) {
    for (const line of lines.push(chunk)) {
      reader.line(line);
      if (tally.full) yield tally.take();
    }
    if (tally.pending) yield tally.take();
  }
  const last = lines.end();
  if (last !== null) reader.line(last);
  reader.end();
  if (tally.broken === null) tally.complete = true;
  else tally.warn(`The file ends too early; the messages before were read. Copy it again. ${tally.broken}`);
  if (tally.pending) yield tally.take();
}

class ChatReader {
  readonly #context: ReadContext;
  readonly #survey: Survey;
  readonly #order: DayMonth;
  readonly #channel: MessageRecord['channel'];
  #current: Gathered | null = null;

  constructor(context: ReadContext, survey: Survey, order: DayMonth) {
    this.#context = context;
    this.#survey = survey;
    this.#order = order;
    const name = chatName(context.input);
    this.#channel = { id: name, name, personal: true };
  }

  line(line: Line): void {
    const header = headerOf(line.text);
    const begins = header !== null && header.shape === this.#survey.shape;
    if (begins || this.#current === null) {
      this.#flush();
      const first = begins ? header.rest : line.text;
      this.#current = { header: begins ? header : null, firstLine: line.number, first, more: [], raw: [], length: 0 };
    } else if (this.#current.length <= RECORD_BYTES) this.#current.more.push(line.text);
    this.#current.length += line.text.length + line.ending.length;
    if (this.#current.length <= RECORD_BYTES) this.#current.raw.push(line.text, line.ending);
  }

  end(): void {
    const current = this.#current;
    // The blank lines that end the file belong to no message.
    while (current !== null && current.more.at(-1)?.trim() === '') current.more.pop();
    this.#flush();
  }

  #flush(): void {
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    const { input, tally } = this.#context;
    const raw = current.raw.join('').replace(/\r?\n$/, '');
    if (current.header === null && raw.trim() === '') return;
    const place = nextPlace(input, tally);
    const where = `line ${inFigures(current.firstLine)}`;
    if (current.length > RECORD_BYTES) {
      const limit = RECORD_BYTES / 1024 / 1024;
      tally.add(rejected(place, raw.slice(0, 65_536), `the message on ${where} is longer than ${limit} MB.`));
      return;
    }
    if (current.header === null) {
      tally.add(rejected(place, raw, `${where} stands before the first message.`));
      return;
    }
    const ms = stampMs(current.header, this.#order);
    if (ms === null) {
      tally.add(rejected(place, raw, `${where} has a date that does not exist with the ${inWords(this.#order)}.`));
      return;
    }
    tally.add(this.#row(current, { ms, zone: 'unknown' }, raw, place));
  }

  #row({ first, more }: Gathered, time: Time, raw: string, place: Place): SourceRow {
    const { author, body } = splitRest(first);
    const name = author === null ? '' : authorName(author);
    const notice = author === null || (this.#survey.authors.get(name) === 1 && phrases.readsLikeNotice(author));
    const whole = notice ? [first, ...more].join('\n') : [body, ...more].join('\n');
    const content = notice ? { kind: 'system' as const, text: withoutMarks(whole) } : this.#content(whole, name, time);
    return {
      status: 'item',
      place,
      platform: 'whatsapp',
      id: null,
      channel: this.#channel,
      author: notice ? { id: null, name: '', bot: false } : { id: name, name, bot: false },
      time,
      edited: null,
      replyTo: null,
      forwarded: false,
      attachments: [],
      reactions: [],
      raw,
      ...content,
    };
  }

  #content(
    whole: string,
    author: string,
    time: Time,
  ): { kind: Kind; text: string; attachments?: Attachment[]; edited?: MessageRecord['edited'] } {
    const plain = withoutMarks(whole);
    if (plain.trim() === '' || plain.trim() === 'null') return { kind: 'media-only', text: '' };
    if (phrases.saysDeleted(plain)) return { kind: 'deleted', text: '' };
    if (phrases.saysNotice(plain, author, /^[\u200e\u200f]/.test(whole))) return { kind: 'system', text: clean(plain) };
    const unedited = phrases.withoutEdited(whole);
    const text = unedited ?? whole;
    const [line = '', ...caption] = text.split('\n');
    const firstLine = withoutMarks(line);
    const attached = phrases.attachedFile(line);
    if (attached !== null) {
      const title = phrases.isDocumentTitle(withoutMarks(attached.before));
      const words = [title ? '' : attached.before, ...caption];
      return withCaption(words, [{ name: cleanText(attached.file), path: cleanText(attached.file) }]);
    }
    if (phrases.saysOmitted(firstLine) || this.#survey.placeholders.has(firstLine.trim()))
      return withCaption(caption, []);
    const omitted = phrases.omittedByKind(text.replace(/[\u200e\u200f\s]+$/, ''));
    if (omitted !== null) {
      const before = withoutMarks(omitted.before);
      return phrases.isDocumentTitle(before)
        ? withCaption([], [{ name: clean(before.replace(/ • .*$/, '')) }])
        : withCaption([before], []);
    }
    return {
      kind: 'message',
      text: clean(text), // WhatsApp says that a message was edited, not when: its own time stands for it.
      ...(unedited === null ? {} : { edited: time }),
    };
  }
}

function withCaption(
  words: readonly string[],
  attachments: Attachment[],
): { kind: Kind; text: string; attachments: Attachment[] } {
  const text = clean(words.join('\n').replace(/^\n+/, ''));
  return { kind: text.trim() === '' ? 'media-only' : 'message', text, attachments };
}

function clean(text: string): string {
  return cleanText(withoutMarks(text));
}

function inWords(order: DayMonth): string {
  return order === 'month-first' ? 'month first' : order === 'day-first' ? 'day first' : 'year first';
}

const CHAT_NAMES = [
  /^WhatsApp Chat with (.+)$/i,
  /^WhatsApp Chat - (.+)$/i,
  /^WhatsApp[- ]Chat mit (.+)$/i,
  /^Chat de WhatsApp con (.+)$/i,
  /^Discussion WhatsApp avec (.+)$/i,
  /^Chat WhatsApp con (.+)$/i,
  /^Conversa do WhatsApp com (.+)$/i,
  /^WhatsApp[- ]chat met (.+)$/i,
  /^Чат WhatsApp с (.+)$/i,
];

/** The chat's name, which stands only in the name of the file, or of the zip or folder that an iPhone makes. */
export function chatName(input: Input): string {
  const own = withoutEnding(input.name);
  const generic = own === '_chat' || own === 'chat';
  const container = input.member === '' ? basename(dirname(input.path)) : withoutEnding(basename(input.path));
  const name = generic ? container : own;
  for (const pattern of CHAT_NAMES) {
    const match = pattern.exec(name.normalize('NFC'));
    if (match?.[1] !== undefined) return match[1];
  }
  return name;
}

/** Without `.txt` or `.zip`, and without the ` (1)` of a second download. */
function withoutEnding(name: string): string {
  return name.replace(/\.(?:txt|zip)$/i, '').replace(/ \(\d{1,2}\)$/, '');
}
