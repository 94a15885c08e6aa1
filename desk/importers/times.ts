import type { Time } from './record.ts';

const EARLIEST = Date.UTC(1970, 0, 2);
const LATEST = Date.UTC(2200, 0, 1);

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?::?\d{2})?)?$/i;

/**
 * ISO 8601, with `T` or a space, 0 to 9 decimals and a `Z`, `UTC` or offset; without one the zone is unknown.
 * Gives null for anything else.
 */
export function isoTime(text: string): Time | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = clockMs(
    Number(year),
    Number(month),
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  if (ms === null) return null;
  const fine = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6);
  return zone === undefined ? { ms: ms + fine, zone: 'unknown' } : { ms: ms + fine - offsetMs(zone), zone: 'utc' };
}

function offsetMs(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

/** Milliseconds of a date and clock read as UTC, or null for one that no calendar has (the 30th of February, 25 h). */
export function clockMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  if (day > new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isFinite(ms) ? ms : null;
}

/** Seconds since 1970, as a number or in a string, whole or with decimals; null for 0 and anything else. */
export function unixTime(value: unknown): Time | null {
  const seconds = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return null;
  return plausible(Math.round(seconds * 1000));
}

/** A number as tables hold times: its size says whether it counts s, ms, µs or ns since 1970. */
export function epochTime(digits: string): Time | null {
  if (!/^\d{9,19}(\.\d+)?$/.test(digits)) return null;
  const value = Number(digits);
  if (value >= 1e8 && value < 1e11) return plausible(Math.round(value * 1000));
  if (value >= 1e11 && value < 1e14) return plausible(Math.round(value));
  if (value >= 1e14 && value < 1e17) return plausible(Math.round(value / 1000));
  if (value >= 1e17) return plausible(Math.round(value / 1e6));
  return null;
}

/** Days since 1899-12-30, as Excel stores dates: the clock of whoever typed them. */
export function excelTime(text: string): Time | null {
  if (!/^\d{5}(\.\d+)?$/.test(text)) return null;
  const days = Number(text);
  if (days < 30_000 || days >= 60_000) return null;
  return { ms: Date.UTC(1899, 11, 30) + Math.round(days * 86_400_000), zone: 'unknown' };
}

function plausible(ms: number): Time | null {
  return ms >= EARLIEST && ms < LATEST ? { ms, zone: 'utc' } : null;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `05-Jun-19 07:28 AM` (DiscordChatExporter's old default), `Mon Jun 05 19:28:00 +0000 2019` (Twitter); else null. */
export function namedMonthTime(text: string): Time | null {
  const dashed = /^(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{2}|\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AP]M)?$/i.exec(
    text,
  );
  if (dashed !== null) {
    const [, day, month, year, hour, minute, second, half] = dashed;
    const ms = clockMs(
      Number(year) + (year?.length === 2 ? 2000 : 0),
      MONTHS.indexOf((month ?? '').toLowerCase()) + 1,
      Number(day),
      hourOf(Number(hour), half),
      Number(minute),
      Number(second ?? 0),
    );
    return ms === null ? null : { ms, zone: 'unknown' };
  }
  const twitter = /^[A-Za-z]{3} ([A-Za-z]{3}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) (\d{4})$/.exec(text);
  if (twitter === null) return null;
  const [, month, day, hour, minute, second, zone, year] = twitter;
  const ms = clockMs(
    Number(year),
    MONTHS.indexOf((month ?? '').toLowerCase()) + 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return ms === null ? null : { ms: ms - offsetMs(zone ?? ''), zone: 'utc' };
}

/** Hour of the day from a 12-hour clock: 12 AM is 0, 12 PM is 12. `half` undefined is a 24-hour clock. */
export function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined || hour > 12) return hour;
  const afternoon = half.toUpperCase().startsWith('P');
  return (hour % 12) + (afternoon ? 12 : 0);
}
