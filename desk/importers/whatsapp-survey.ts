import { headerOf, splitRest, authorName, stampMs, withoutMarks, type Header } from './whatsapp-header.ts';
import type { Input } from './input.ts';
import { LineSplitter } from './lines.ts';
import { previewBytes } from './reading.ts';
import type { DayMonth } from './source.ts';
import { saysOmitted } from './whatsapp-phrases.ts';

/** What a first pass over a WhatsApp file settles before its messages are read. */
export interface Survey {
  /** The one notation of this file; lines in another one are text. */
  readonly shape: string;
  readonly order: DayMonth;
  readonly reason: string;
  /** False where nothing in the file decides between day and month first. */
  readonly sure: boolean;
  /** A date of the file that reads both ways, where it is not sure. */
  readonly openDate: string | null;
  /** How often each author occurs. */
  readonly authors: ReadonlyMap<string, number>;
  /** Bodies like `<…>` that repeat: placeholders in a language that is not known. */
  readonly placeholders: ReadonlySet<string>;
}

/** Everything before WhatsApp existed is a misread date. */
const EARLIEST = Date.UTC(2009, 0, 1);
const DAY = 86_400_000;
/** Authors and bodies that are counted, so that a hostile file cannot fill the memory. */
const COUNTED = 100_000;

type Order = 'day-first' | 'month-first';
const ORDERS: readonly Order[] = ['day-first', 'month-first'];

/** What speaks for and against an order among the lines of one shape. */
class Evidence {
  lines = 0;
  yearFirst = false;
  named = false;
  dotted = false;
  upperHalf = false;
  lowerHalf = false;
  zeros = false;
  foreign = false;
  openDate: string | null = null;
  readonly authors = new Map<string, number>();
  readonly bodies = new Map<string, number>();
  readonly impossible: Record<Order, number> = { 'day-first': 0, 'month-first': 0 };
  readonly votes: Record<Order, number> = { 'day-first': 0, 'month-first': 0 };
  readonly backward: Record<Order, number> = { 'day-first': 0, 'month-first': 0 };
  readonly #latest: Record<Order, number> = { 'day-first': 0, 'month-first': 0 };

  add(header: Header, fileDate: number): void {
    this.lines++;
    this.yearFirst ||= header.yearAt === 0;
    this.named ||= header.named;
    this.dotted ||= header.separator === '.' || header.separator === '-';
    this.upperHalf ||= /^[AP]M$/.test(header.half);
    this.lowerHalf ||= /^[ap]/.test(header.half);
    this.zeros ||= header.zeros;
    const { author, body } = splitRest(header.rest);
    if (author !== null) count(this.authors, authorName(author));
    const plain = withoutMarks(body).trim();
    if (/^<[^<>]{3,60}>$/.test(plain)) count(this.bodies, plain);
    this.foreign ||= saysOmitted(plain) && plain.toLowerCase() !== '<media omitted>';
    if (header.yearAt === 0 || header.named) return;
    const [a, b, c] = header.parts;
    const day = mediaDay(body);
    for (const order of ORDERS) {
      const ms = stampMs(header, order);
      if (ms === null || ms < EARLIEST || ms > fileDate) {
        this.impossible[order]++;
        continue;
      }
      if (ms < this.#latest[order] - DAY) this.backward[order]++;
      this.#latest[order] = ms;
      if (day !== null && new Date(ms).toISOString().slice(0, 10).replaceAll('-', '') === day && a !== b)
        this.votes[order]++;
    }
    if (a !== b && a <= 12 && b <= 12) this.openDate ??= `${a}${header.separator}${b}${header.separator}${c}`;
  }

  decide(): { readonly order: DayMonth; readonly reason: string; readonly sure: boolean } {
    if (this.yearFirst) return { order: 'year-first', reason: 'The year stands first in its dates.', sure: true };
    if (this.named) return { order: 'day-first', reason: 'Its dates name the month.', sure: true };
    const { impossible, votes, backward } = this;
    const better = fewer(impossible);
    if (better !== null) {
      const clear = impossible[better] === 0;
      return { order: better, reason: `${clear ? 'Some' : 'Most'} dates exist only in this order.`, sure: clear };
    }
    const voted = fewer({ 'day-first': votes['month-first'], 'month-first': votes['day-first'] });
    if (voted !== null) return { order: voted, reason: 'Dates in the names of its media agree.', sure: true };
    const steady = fewer(backward);
    if (steady !== null)
      return { order: steady, reason: 'Only so its messages follow each other in time.', sure: true };
    if (this.openDate === null)
      return { order: 'day-first', reason: 'Its dates read the same either way.', sure: true };
    if (this.dotted)
      return { order: 'day-first', reason: 'Dates with dots or hyphens have the day first.', sure: true };
    if (this.upperHalf && !this.zeros)
      return { order: 'month-first', reason: 'Its times have AM and PM, as American phones write them.', sure: true };
    if (this.lowerHalf) return { order: 'day-first', reason: 'Its times have am and pm in small letters.', sure: true };
    if (this.foreign)
      return {
        order: 'day-first',
        reason: 'Its placeholders are not in English, and elsewhere the day stands first.',
        sure: true,
      };
    return { order: 'day-first', reason: 'Nothing in the file decides; most phones write the day first.', sure: false };
  }
}

function fewer(counts: Readonly<Record<Order, number>>): Order | null {
  if (counts['day-first'] === counts['month-first']) return null;
  return counts['day-first'] < counts['month-first'] ? 'day-first' : 'month-first';
}

function count(counts: Map<string, number>, key: string): void {
  const before = counts.get(key);
  if (before !== undefined || counts.size < COUNTED) counts.set(key, (before ?? 0) + 1);
}

/** `00000042-PHOTO-2025-01-15-22-41-20.jpg` and `IMG-20180129-WA0001.jpg`: the day as 20250115. */
function mediaDay(body: string): string | null {
  const ios = /\d{8}-[A-Z_]+-(\d{4})-(\d{2})-(\d{2})-\d{2}-\d{2}-\d{2}/.exec(body);
  if (ios !== null) return `${ios[1]}${ios[2]}${ios[3]}`;
  return /\b[A-Z]{3}-(\d{8})-WA\d{4}/.exec(body)?.[1] ?? null;
}

/** A phone's clock can run ahead of the computer's, and be in another zone. */
const TOLERANCE = 2 * DAY;

/** Reads through the file once. Null where no line begins like a WhatsApp message. */
export async function surveyWhatsApp(input: Input): Promise<Survey | null> {
  const shapes = new Map<string, Evidence>();
  const fileDate = (input.modified ?? Number.MAX_SAFE_INTEGER) + TOLERANCE;
  const lines = new LineSplitter();
  const look = (text: string): void => {
    const header = headerOf(text);
    if (header === null) return;
    let evidence = shapes.get(header.shape);
    if (evidence === undefined) {
      evidence = new Evidence();
      if (shapes.size < 200) shapes.set(header.shape, evidence);
    }
    evidence.add(header, fileDate);
  };
  for await (const chunk of previewBytes(input)) for (const line of lines.push(chunk)) look(line.text);
  const last = lines.end();
  if (last !== null) look(last.text);
  let best: { readonly shape: string; readonly evidence: Evidence } | null = null;
  for (const [shape, evidence] of shapes)
    if (best === null || evidence.lines > best.evidence.lines) best = { shape, evidence };
  if (best === null) return null;
  const { shape, evidence } = best;
  return {
    shape,
    ...evidence.decide(),
    openDate: evidence.openDate,
    authors: evidence.authors,
    placeholders: new Set([...evidence.bodies].filter(([, times]) => times >= 3).map(([body]) => body)),
  };
}
