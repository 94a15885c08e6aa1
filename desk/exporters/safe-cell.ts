/**
 * Cells of a CSV that no spreadsheet takes for a formula (OWASP, "CSV Injection"): what begins with = + - @, a tab, a
 * carriage return or a line feed gets an apostrophe in front. So does what already has apostrophes in front of one of those signs, so
 * that taking one away always gives the text back.
 */
const RISKY = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const MADE_SAFE = /^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

export const safeCell = (text: string): string => (RISKY.test(text) ? `'${text}` : text);

/** What `safeCell` was given. */
export const plainCell = (cell: string): string => (MADE_SAFE.test(cell) ? cell.slice(1) : cell);
