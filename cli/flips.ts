/** Messages that a challenger calls otherwise than the champion, for a person who is to say which of them is right. */
import type { Comparison } from '../desk/contract/revisions.ts';
import type { DeskClient } from './desk.ts';
import { MOST } from '../desk/retrain/looked-at.ts';
import { shownText } from './terminal/entries.ts';
import { count } from './terminal/figures.ts';
import { safeLine } from './terminal/safe-text.ts';
import type { Screen } from './terminal/screen.ts';
import { columnsOf, cut, fill, wrap } from './terminal/width.ts';

/** Flips that are printed. */
const PRINTED = 10;
const INDENT = '  ';

type Flips = Comparison['flips'];

/** How many flip, and the first of them: what it says, where it stands, what somebody decided. */
export async function flipLines(screen: Screen, client: DeskClient, flips: Flips, unmask: boolean): Promise<string[]> {
  const { count: all, read, items } = flips;
  const printed = items.slice(0, PRINTED);
  const verdicts = printed.map(({ from, to }) => `${safeLine(from ?? 'none')} → ${safeLine(to ?? 'none')}`);
  const columns = Math.max(0, ...verdicts.map(columnsOf));
  const room = screen.columns - INDENT.length - columns - 2;
  const lines = await Promise.all(
    printed.map(async ({ item, decided }, i) => {
      // What is gone since, because it was erased, has no text.
      const text = await client.queue.item({ item }).then(
        ({ message }) => message.text,
        () => '',
      );
      const beside = decided === null ? 'nobody decided it yet' : `decided ${safeLine(decided)}`;
      return [
        `${INDENT}${fill(verdicts[i] ?? '', columns)}  ${cut(shownText(text, unmask), room)}`,
        `${INDENT}${fill('', columns)}  ${screen.style('dim', cut(`item ${item} · ${beside}`, room))}`,
      ];
    }),
  );
  return [
    ...wrap(
      `${count(all)} of ${count(read)} verdicts flip, of messages that were compared on and of undecided ones about which the old model is least sure (${count(MOST.messages)} at most).`,
      screen.columns,
    ),
    ...lines.flat(),
    ...(all > printed.length ? [`${INDENT}… --json lists ${items.length === all ? 'all' : items.length}.`] : []),
  ];
}
