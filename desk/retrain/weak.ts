/** What a larger model says of messages that nobody decided, as rows to learn from beside the decisions, with less weight. */
import { seededRandom, shuffle } from '../../engine/train/random.ts';
import type { CurrentOpinion } from '../store/opinions.ts';
import type { Store } from '../store/store.ts';
import { inSlices } from '../slices.ts';
import { groupNearDuplicates } from '../triage/near-duplicates.ts';
import { nearAudit } from './near-audit.ts';
import type { Decisions } from './decisions.ts';

export type WeakRow = Pick<CurrentOpinion, 'item' | 'text' | 'language' | 'label' | 'model'>;

/** What a word of the model's counts beside a decision, at most: a row is drawn with this chance times its probability. */
const WEIGHT = 0.5;
/** Rows for each decision, at most: what people decided outweighs them. */
const SHARE = 0.5;
const SEED = 17;

/**
 * Never a message that is an audit item, or about which somebody decided, nor anything nearly the same as one of these; of
 * near-duplicates one. The trainer has no weights of rows: instead of counting less, fewer of them are drawn.
 * @returns in an order of chance that is the same every time
 */
export async function weakRows(store: Store, { labels, learning, all }: Decisions): Promise<readonly WeakRow[]> {
  const free = store.opinions
    .current()
    .filter(
      ({ item, label }) =>
        labels.includes(label) && !store.auditItems.has(item) && store.reviews.verdicts(item).length === 0,
    );
  const texts = free.map(({ text }) => text);
  const decided = all.map(({ text }) => text);
  const near = await inSlices(nearAudit(store, texts, decided));
  const apart = free.filter((_, place) => !near.has(place));
  const groups = await inSlices(groupNearDuplicates(apart.map(({ text }) => text)));
  const single = apart.filter((_, place) => groups[place] === place);
  const random = seededRandom(SEED);
  const drawn = single.filter(({ probability }) => random() < WEIGHT * probability);
  return shuffle(drawn, random)
    .slice(0, Math.floor(learning.length * SHARE))
    .map(({ item, text, language, label, model }) => ({ item, text, language, label, model }));
}
