/** What there is to choose from above a list of messages. */
import type { z } from 'zod';
import type { Facets } from '../../desk/contract/queue.ts';
import type { Order } from '../../desk/contract/shapes.ts';
import { number } from '../i18n/format.ts';
import { queue } from '../messages/queue.ts';
import { ORDER_NAMES, STATUS_NAMES } from './names.ts';
import type { Asked } from './wanted.ts';

interface Option<T extends string> {
  readonly value: T;
  readonly title: string;
}

/** Channels that a list can show. */
const MOST = 300;

export const orderChoices = (): readonly Option<Order>[] =>
  Object.entries(ORDER_NAMES).map(([value, title]) => ({ value: value as Order, title: title() }));

export const stateChoices = (): readonly Option<Asked['state']>[] => [
  { value: 'to-do', title: queue.toDo() },
  { value: 'any', title: queue.anyState() },
  ...Object.entries(STATUS_NAMES).map(([value, title]) => ({ value: value as Asked['state'], title: title() })),
];

/** Those with the most messages first; '' for all. */
export const channelChoices = (facets: z.infer<typeof Facets> | null): readonly Option<string>[] => [
  { value: '', title: queue.allChannels() },
  ...(facets?.channels ?? [])
    .toSorted((a, b) => b.items - a.items)
    .slice(0, MOST)
    .map(({ id, name, items }) => ({ value: String(id), title: `${name} (${number(items)})` })),
];
