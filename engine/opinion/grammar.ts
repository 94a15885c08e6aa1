/** The one thing that a model may answer: one of some labels, as a GBNF grammar of llama.cpp. */

/**
 * A grammar whose sentences are the labels and nothing else; a space may go before, where a model's tokens begin with one.
 * Whatever a label is made of stays inside its quotes: all but letters and digits of ASCII is written as a code point.
 * @throws RangeError for fewer than two labels, and for one that is no well-formed text or is empty
 */
export function grammarOf(labels: readonly string[]): string {
  if (labels.length < 2) throw new RangeError('a choice needs two labels');
  if (!labels.every((label) => label !== '' && label.isWellFormed()))
    throw new RangeError('a label is empty or not well-formed');
  return `root ::= " "? (${labels.map((label) => `"${escaped(label)}"`).join(' | ')})`;
}

const escaped = (label: string): string =>
  Array.from(label, (sign) =>
    /^[A-Za-z0-9]$/.test(sign) ? sign : `\\U${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(8, '0')}`,
  ).join('');
