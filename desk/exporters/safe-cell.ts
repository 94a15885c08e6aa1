/**
 * Cells of a CSV that no spreadsheet takes for a formula (OWASP, "CSV Injection"): what begins with = + - @, a tab, a
 * carriage return or a line feed gets an apostrophe in front. A spreadsheet that cuts rows at ; or tab (Excel in German) makes cells of the
 * parts of a text as well, and knows no quotes there: so each part that begins so gets one, too, but for a smile such as ;-)
 * What already has apostrophes in front of one of those signs gets one more, so that taking one away always gives the text back.
 */
const AT_START = /(?='*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])/.source;
const IN_PART = /(?=['"]*(?:[=@\uff1d\uff0b\uff0d\uff20]|[+-](?!\))))/.source;
const PART = /(?<=[;\t\r\n])/.source;
const RISKY = new RegExp(`^${AT_START}|${PART}${IN_PART}`, 'g');
const MADE_SAFE = new RegExp(`^'${AT_START}|${PART}'${IN_PART}`, 'g');

export const safeCell = (text: string): string => text.replace(RISKY, "'");

/** What `safeCell` was given. */
export const plainCell = (cell: string): string => cell.replace(MADE_SAFE, '');
