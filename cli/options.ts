/** Values of options, as they are typed: what cannot be meant is wrong usage, with what would be right. */
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { Recall } from '../desk/contract/guarantee.ts';
import type { ColumnMapping } from '../desk/importers/source.ts';

/** A whole number from 1. */
export function positive(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return n;
}

/** A whole number from 0. */
export function natural(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidArgumentError('It must be a whole number from 0.');
  return n;
}

export function port(text: string): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && n < 65_536) return n;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535; 0 is a free one.');
}

/** A number above 0. */
export function aboveZero(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** A number from 0. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number from 0.');
}

/** A number between 0 and 1. */
export function fraction(text: string): number {
  const value = amount(text);
  if (value <= 1) return value;
  throw new InvalidArgumentError('It must be a number between 0 and 1.');
}

/** A whole number from 1, or `all`. */
export function top(text: string): number {
  if (text === 'all') return Infinity;
  try {
    return positive(text);
  } catch {
    throw new InvalidArgumentError('It must be a whole number from 1, or all.');
  }
}

/** A day (its start, here) or a moment, in milliseconds since 1970 UTC. */
export function instant(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00`) : new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time.getTime())) return time.getTime();
  throw new InvalidArgumentError('It must be a day or a moment, such as 2026-11-26 or 2026-11-26T18:30.');
}

const ROLES = [
  'text',
  'id',
  'author',
  'time',
  'channel',
  'replyTo',
  'label',
] as const satisfies (keyof ColumnMapping)[];
type Role = (typeof ROLES)[number];

/** `text=comment,author=user`: which column of a table holds what. */
export function mapping(text: string): ColumnMapping {
  const columns = new Map<Role, string>();
  for (const part of text.split(',')) {
    const [name, ...rest] = part.split('=');
    const role = ROLES.find((known) => known.toLowerCase() === name?.trim().toLowerCase().replace('-', ''));
    const column = rest.join('=').trim();
    if (role === undefined || column === '') {
      throw new InvalidArgumentError(`"${part}" is not ROLE=COLUMN; roles are ${ROLES.join(', ')}.`);
    }
    columns.set(role, column);
  }
  const words = columns.get('text');
  if (words === undefined) throw new InvalidArgumentError('It must name the column of the text: text=COLUMN.');
  return { ...Object.fromEntries(columns), text: words };
}

export const RECALL_HELP =
  'share of what the model would flag that must be read: 0.95, 0.99 or 0.999; the rest is set aside; all: read everything';

/** `0.95`, `0.99`, `0.999` or `all`. */
export function recall(text: string): Recall {
  const { data } = Recall.safeParse(text === 'all' ? text : Number(text));
  if (data !== undefined) return data;
  throw new InvalidArgumentError('It must be 0.95, 0.99, 0.999 or all.');
}
