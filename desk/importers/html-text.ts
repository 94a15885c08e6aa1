import { Parser } from 'htmlparser2';
import { cleanText } from './encoding.ts';

const BLOCKS = new Set(['p', 'blockquote', 'pre', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'div']);
const UNSEEN = new Set(['script', 'style', 'template']);

/**
 * The text of a post's HTML: a line break for `<br>` and list items, a blank line between blocks, tags dropped, entities
 * decoded once. Addresses that Mastodon splits into spans come out whole.
 */
export function htmlText(html: string): string {
  let text = '';
  let gap = '';
  let unseen = 0;
  const block = (): void => {
    if (text !== '') gap = '\n\n';
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        if (UNSEEN.has(name)) unseen++;
        if (name === 'br') text += text === '' ? '' : '\n';
        else if (BLOCKS.has(name)) block();
        else if (name === 'li') gap = text === '' ? '' : gap === '' || !text.trimEnd().endsWith('\n') ? '\n' : gap;
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) unseen--;
        if (BLOCKS.has(name)) block();
      },
      ontext(part) {
        // Spaces between blocks are only the layout of the HTML.
        if (unseen > 0 || part === '' || (gap !== '' && part.trim() === '')) return;
        text += gap + part;
        gap = '';
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return cleanText(text.trim());
}
