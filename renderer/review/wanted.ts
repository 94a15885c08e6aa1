/** Which messages somebody wants to see, as they choose it, and what that is for the desk. */
import type { Filter, Order, Status } from '../../desk/contract/shapes.ts';
import type { Wanted } from './list.svelte.ts';
import { ORDER_NAMES, STATUS_NAMES, TO_DO } from './names.ts';

export interface Asked {
  readonly order: Order;
  readonly state: 'to-do' | 'any' | Status;
  readonly text: string;
  readonly channel: number | null;
  readonly author: number | null;
  readonly source: number | null;
  readonly language: string | null;
  readonly predicted: string | null;
  /** id of a label */
  readonly decided: number | null;
  /** milliseconds since 1970 UTC */
  readonly from: number | null;
  readonly to: number | null;
  readonly minScore: number | null;
  readonly maxScore: number | null;
  /** just these messages */
  readonly only: readonly number[] | null;
}

export const NOTHING_ASKED: Omit<Asked, 'order' | 'state'> = {
  text: '',
  channel: null,
  author: null,
  source: null,
  language: null,
  predicted: null,
  decided: null,
  from: null,
  to: null,
  minScore: null,
  maxScore: null,
  only: null,
};

/** Those that the row of choices above the list does not show. */
export const FURTHER = [
  'author',
  'source',
  'language',
  'predicted',
  'decided',
  'from',
  'to',
  'minScore',
  'maxScore',
] as const;

export const furtherOf = (asked: Asked): number =>
  FURTHER.filter((name) => asked[name] !== null).length + (asked.text.trim() === '' ? 0 : 1);

/** @param hiddenTopics what somebody leaves to others */
export function filterOf(asked: Asked, hiddenTopics: readonly string[]): Filter {
  const { state, text, channel, author, source, language, predicted, decided, from, to, minScore, maxScore } = asked;
  return {
    ...(state === 'to-do' ? { statuses: [...TO_DO] } : state !== 'any' && { statuses: [state] }),
    ...(text.trim() !== '' && { text }),
    ...(channel !== null && { channels: [channel] }),
    ...(author !== null && { authors: [author] }),
    ...(source !== null && { sources: [source] }),
    ...(language !== null && { languages: [language] }),
    ...(predicted !== null && { predicted: [predicted] }),
    ...(decided !== null && { labels: [decided] }),
    ...(from !== null && { from }),
    ...(to !== null && { to }),
    ...(minScore !== null && { minScore }),
    ...(maxScore !== null && { maxScore }),
    // A score that an audit item is shown by is a score that is shown.
    ...((predicted ?? minScore ?? maxScore) !== null && { audit: false }),
    ...(hiddenTopics.length > 0 && { without: [...hiddenTopics] }),
  };
}

export const wantedOf = (asked: Asked, hiddenTopics: readonly string[]): Wanted => ({
  order: asked.order,
  filter: filterOf(asked, hiddenTopics),
  ...(asked.only !== null && { only: asked.only }),
});

/**
 * What an address asks for: `#/queue?order=newest&channel=3&min=0.5`, `#/search?text=word`, `#/search?item=12`. What it does not
 * say, and what cannot be, stays as it is in `usual`.
 */
export function askedBy(address: URLSearchParams, usual: Asked): Asked {
  const numbered = (name: string): number | null => {
    const value = Number(address.get(name) ?? NaN);
    return Number.isFinite(value) ? value : null;
  };
  const id = (name: string): number | null => {
    const value = numbered(name);
    return value !== null && isId(value) ? value : null;
  };
  const share = (name: string): number | null => {
    const value = numbered(name);
    return value !== null && value >= 0 && value <= 1 ? value : null;
  };
  const words = (name: string, most: number): string | null => address.get(name)?.slice(0, most) ?? null;
  const among = <T extends string>(name: string, values: readonly string[]): T | undefined => {
    const value = address.get(name);
    return value !== null && values.includes(value) ? (value as T) : undefined;
  };
  const items = (address.get('item') ?? '').split(',').map(Number);
  return {
    ...usual,
    order: among<Order>('order', Object.keys(ORDER_NAMES)) ?? usual.order,
    state: among<Asked['state']>('state', ['to-do', 'any', ...Object.keys(STATUS_NAMES)]) ?? usual.state,
    text: words('text', 1000) ?? usual.text,
    channel: id('channel') ?? usual.channel,
    author: id('author') ?? usual.author,
    source: id('source') ?? usual.source,
    language: words('language', 35) ?? usual.language,
    predicted: words('predicted', 200) ?? usual.predicted,
    decided: id('decided') ?? usual.decided,
    from: numbered('from') ?? usual.from,
    to: numbered('to') ?? usual.to,
    minScore: share('min') ?? usual.minScore,
    maxScore: share('max') ?? usual.maxScore,
    only: items.every(isId) ? items : null,
  };
}

const isId = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
