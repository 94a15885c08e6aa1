import { cleanText } from './encoding.ts';

/**
 * Reading the fields of a parsed JSON object without trusting any of them. This is the border for message rows, by hand
 * because it runs for every field of every message; heads and options go through zod.
 */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is an object, else null. */
export function fieldsOf(fields: Fields, key: string): Fields | null {
  const value = fields[key];
  return isFields(value) ? value : null;
}

/** The objects in a member that is an array; what is no object in it is passed over. */
export function listOf(fields: Fields, key: string): readonly Fields[] {
  const value = fields[key];
  return Array.isArray(value) && value.length > 0 ? value.filter(isFields) : NONE;
}

const NONE: readonly Fields[] = [];

/** A string member, cleaned; '' for anything else. */
export function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? cleanText(value) : '';
}

/** An id, given as a string or a whole number; null where there is none. */
export function idOf(fields: Fields, key: string): string | null {
  const value = fields[key];
  if (typeof value === 'string') return value === '' ? null : cleanText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return null;
}

export function numberOf(fields: Fields, key: string): number | null {
  const value = fields[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
