/** The two streams a verb writes to, and what they can show. */
import { styleText } from 'node:util';
import { columnsOf, wrap } from './width.ts';

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
  /** Sentences on `out`, broken between words. */
  paragraph(text: string, style?: Style): void;
  /** A line on `err`, broken between words where it is a terminal. */
  note(text?: string): void;
}

/** Width of lines that do not go to a terminal. */
const PLAIN_COLUMNS = 100;

export function terminalScreen(out = process.stdout, err = process.stderr): Screen {
  const columns = (): number => {
    const found = out.isTTY ? out.columns : err.isTTY ? err.columns : PLAIN_COLUMNS;
    return Math.max(40, found > 0 ? found : PLAIN_COLUMNS);
  };
  const styled = (style: Style, text: string, stream = out): string =>
    styleText(style, text, { stream, validateStream: true });
  return {
    out,
    err,
    get columns() {
      return columns();
    },
    style: styled,
    line: (text = '') => void out.write(`${text}\n`),
    paragraph: (text, style) => {
      for (const line of wrap(text, columns())) out.write(`${style === undefined ? line : styled(style, line)}\n`);
    },
    note: (text = '') => {
      const room = err.isTTY && err.columns > 0 ? err.columns : Infinity;
      const lines = columnsOf(text) > room ? wrap(text, room) : [text];
      err.write(lines.map((line) => `${line}\n`).join(''));
    },
  };
}
