/**
 * What the window says, in every language side by side. A message is a function of the values in its braces:
 *
 *   const said = messages({ en: { left: { one: '{count} item', other: '{count} items' } }, de: { … } });
 *   said.left({ count: 3 })
 *
 * A missing translation, an unknown message and a missing value are errors of the type checker. The words are text, never HTML.
 */
import { type Locale, locale } from './locale.ts';

/** Chosen by `count`. English and German tell apart one and all others. */
export interface Plural {
  readonly one: string;
  readonly other: string;
}
export type Text = string | Plural;

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type NamesOf<T> = T extends Plural ? Names<T['one']> | Names<T['other']> | 'count' : Names<T>;
type Values<T> = { readonly [N in NamesOf<T>]: N extends 'count' ? number : string | number };
type Message<T> = [NamesOf<T>] extends [never] ? () => string : (values: Values<T>) => string;
type Translated<T> = T extends string ? string : Plural;

export type Catalogue<E> = { readonly [K in keyof E]: Message<E[K]> };

/** Both languages of every catalogue that was made, for the test that compares them. */
export const catalogues: Readonly<Record<Locale, Readonly<Record<string, Text>>>>[] = [];

export function messages<const E extends Readonly<Record<string, Text>>>(both: {
  readonly en: E;
  readonly de: { readonly [K in keyof E]: Translated<E[K]> };
}): Catalogue<E> {
  catalogues.push(both as Readonly<Record<Locale, Readonly<Record<string, Text>>>>);
  const said = Object.keys(both.en).map((name) => [
    name,
    (values: Readonly<Record<string, string | number>> = {}) => {
      const now = locale();
      return filled(now, chosen(now, (both[now] as Readonly<Record<string, Text>>)[name] ?? name, values), values);
    },
  ]);
  return Object.fromEntries(said) as Catalogue<E>;
}

function chosen(now: Locale, text: Text, values: Readonly<Record<string, string | number>>): string {
  if (typeof text === 'string') return text;
  return rules(now).select(Number(values['count'])) === 'one' ? text.one : text.other;
}

const filled = (now: Locale, text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (braces, name: string) => {
    const value = values[name];
    return value === undefined ? braces : typeof value === 'number' ? numbers(now).format(value) : value;
  });

/** Made once: an Intl object takes longer than all that it then does. */
const once = <T>(make: (now: Locale) => T): ((now: Locale) => T) => {
  const made = new Map<Locale, T>();
  return (now) => {
    const known = made.get(now);
    if (known !== undefined) return known;
    const fresh = make(now);
    made.set(now, fresh);
    return fresh;
  };
};
const rules = once((now) => new Intl.PluralRules(now));
const numbers = once((now) => new Intl.NumberFormat(now));
