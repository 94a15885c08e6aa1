/** The two streams a verb writes to, and what they can show. */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

export interface Screen {
  /** what was asked for; with --json nothing but JSON */
  readonly out: NodeJS.WriteStream;
  /** progress, warnings, errors */
  readonly err: NodeJS.WriteStream;
  /** columns of the lines of `out` */
  readonly columns: number;
  /** `text` in a style, where the stream is a terminal that wants colours (NO_COLOR, FORCE_COLOR are honoured) */
  style(style: Style, text: string, stream?: NodeJS.WriteStream): string;
  /** A line on `out`. */
  line(text?: string): void;
  /** A line on `err`. */
  note(text?: string): void;
}

/** Width of lines that do not go to a terminal. */
const PLAIN_COLUMNS = 100;

export function terminalScreen(out = process.stdout, err = process.stderr): Screen {
  return {
    out,
    err,
    get columns() {
      const columns = out.isTTY ? out.columns : err.isTTY ? err.columns : PLAIN_COLUMNS;
      return Math.max(40, columns > 0 ? columns : PLAIN_COLUMNS);
    },
    style: (style, text, stream = out) => styleText(style, text, { stream, validateStream: true }),
    line: (text = '') => void out.write(`${text}\n`),
    note: (text = '') => void err.write(`${text}\n`),
  };
}
