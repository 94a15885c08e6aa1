/** Figures and times, as the language of the window writes them. */
import { locale } from './locale.ts';

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** As somebody's own country writes them, where it speaks the language of the window. */
function region(): string {
  const now = locale();
  const languages = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
  return languages.find((tag) => tag.toLowerCase().split('-')[0] === now) ?? now;
}

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(name: string, make: (tag: string) => T): T {
  const key = `${locale()} ${name}`;
  const known = made.get(key);
  if (known !== undefined) return known as T;
  const fresh = make(region());
  made.set(key, fresh);
  return fresh;
}

/** 48,210 */
export const number = (value: number): string => cached('number', (tag) => new Intl.NumberFormat(tag)).format(value);

/** 0.914 → 91%; with `digits` 1: 0.999 → 99.9%, 0.99 → 99% */
export const share = (value: number, digits = 0): string =>
  cached(`share ${digits}`, (tag) => {
    return new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: digits });
  }).format(value);

/** 0.8412 → 0.841 */
export const decimal = (value: number, digits = 3): string =>
  cached(`decimal ${digits}`, (tag) => {
    return new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }).format(value);

/** 0.0612 → +0.061; −0.004 */
export const signed = (value: number, digits = 3): string =>
  cached(`signed ${digits}`, (tag) => {
    const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(tag, { ...fraction, signDisplay: 'exceptZero' });
  })
    .format(value)
    .replace('-', '−');

/** 0.9712 → .97, as narrow as a row, in German 0,97; a score that is not quite 1 is never shown as 1. */
export const score = (value: number): string => {
  const hundredths = value >= 1 ? 100 : Math.min(99, Math.round(value * 100));
  if (hundredths === 100) return '1';
  const digits = String(hundredths).padStart(2, '0');
  return locale() === 'de' ? `0,${digits}` : `.${digits}`;
};

/** 0.314 → +.31, −0.2 → −.20: between two scores */
export const difference = (value: number): string => `${value < 0 ? '−' : '+'}${score(Math.abs(value))}`;

/** 1,536 → 1.5 kB */
export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000;
    step++;
  }
  const unit = units[step] ?? 'byte';
  return cached(unit, (tag) => {
    return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 });
  }).format(value);
}

/** 12 March 2026, 21:07; in UTC where that is all that is known of the clock */
export const moment = (ms: number, local = false): string =>
  cached(local ? 'moment utc' : 'moment', (tag) => {
    const zone = local ? { timeZone: 'UTC' } : {};
    return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', ...zone });
  }).format(ms);

/** 21:07; in UTC where that is all that is known of the clock */
export const clock = (ms: number, local = false): string =>
  cached(local ? 'clock utc' : 'clock', (tag) => {
    const zone = local ? { timeZone: 'UTC' } : {};
    return new Intl.DateTimeFormat(tag, { timeStyle: 'short', ...zone });
  }).format(ms);

/** 12 Mar 2026 */
export const day = (ms: number): string =>
  cached('day', (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })).format(ms);

/** 12 Mar */
export const dayShort = (ms: number): string =>
  cached(
    'short day',
    (tag) => new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
  ).format(ms);

/** en → English */
export function languageName(tag: string): string {
  const names = new Intl.DisplayNames(locale(), { type: 'language', fallback: 'code' });
  try {
    return names.of(tag) ?? tag;
  } catch {
    // No tag of a language: what the desk calls it is better than nothing.
    return tag;
  }
}

const STEPS: readonly (readonly [unit: string, seconds: number])[] = [
  ['year', 365.25 * 86_400],
  ['month', 30.44 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** How long something takes or took, in its largest unit: 12 minutes, 2 days */
export function span(seconds: number): string {
  const [unit, size] = STEPS.find(([, least]) => seconds >= least) ?? ['second', 1];
  return cached(`span ${unit}`, (tag) => {
    return new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 });
  }).format(Math.round(seconds / size));
}
