/** Share of the texts whose language is sure that a language must have to count as one that was learned. */
const SHARE = 0.05;

/**
 * Languages that an adapter counts as trained on, most frequent first, without what a detector makes of odd texts.
 * @param languages of the texts: BCP 47, 'unsure', or ''
 */
export function learnedLanguages(languages: Iterable<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const language of languages)
    if (language !== '' && language !== 'unsure') counts.set(language, (counts.get(language) ?? 0) + 1);
  const sure = [...counts.values()].reduce((sum, n) => sum + n, 0);
  return [...counts]
    .filter(([, n]) => n >= sure * SHARE)
    .sort(([, a], [, b]) => b - a)
    .map(([language]) => language);
}
