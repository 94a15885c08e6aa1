/**
 * Whether a message is in a language that the adapter was not measured on. Such a message is not read: a low score
 * would say nothing of it. Where the language is not sure, it is read.
 */
export function isForeign(adapter: { readonly languages: readonly string[] }, language: string): boolean {
  if (adapter.languages.length === 0 || language === '' || language === 'unsure') return false;
  return !adapter.languages.some((known) => primary(known) === primary(language));
}

const primary = (tag: string): string => tag.toLowerCase().split('-', 1)[0] ?? '';
