/** Messages on which the explanations are tested, drawn at random: the same ones each time for the same workspace. */
import { setImmediate as breathe } from 'node:timers/promises';
import { wordsOf } from '../../../engine/explain/words.ts';
import { drawn, seededRandom } from '../../../engine/train/random.ts';
import { isOfModel, type QueueColumns } from '../../queue/columns.ts';
import type { Store } from '../../store/store.ts';
import { LEAST_WORDS } from './tried.ts';

/** Where hardly any message has enough words, no more than so many are looked at. */
const LOOKED_AT = 5_000;
/** Messages that are read from the store before others get a turn. */
const TOGETHER = 32;

/**
 * Texts of four words or more, each once, that the model of the queue has read. Without audit items that nobody decided: not even a
 * figure is to say anything of them.
 * @param isWanted by the score
 * @param most texts
 */
export async function drawTexts(
  columns: Readonly<QueueColumns>,
  { items, auditItems, reviews }: Pick<Store, 'items' | 'auditItems' | 'reviews'>,
  isWanted: (score: number) => boolean,
  most: number,
  seed: number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { score, marks, length } = columns;
  const ids = new Uint32Array(length);
  let count = 0;
  for (let id = 1; id < length; id++) {
    const isRead = isOfModel(marks[id] as number) && !Number.isNaN(score[id]);
    if (isRead && isWanted(score[id] as number)) ids[count++] = id;
  }
  const texts = new Set<string>();
  const looked = drawn(ids.subarray(0, count), Math.min(count, LOOKED_AT), seededRandom(seed));
  for (let at = 0; at < looked.length && texts.size < most; at += TOGETHER) {
    for (const id of looked.subarray(at, at + TOGETHER)) {
      const item = items.get(id);
      if (item === undefined || item.erased || wordsOf(item.text).length < LEAST_WORDS) continue;
      if (auditItems.has(id) && reviews.verdicts(id).length === 0) continue;
      if (texts.size < most) texts.add(item.text);
    }
    await breathe();
    signal?.throwIfAborted();
  }
  return [...texts];
}
