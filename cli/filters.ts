/** Options that say which messages are meant, by the names that people know, and what they mean for the desk. */
import { Command, Option } from '@commander-js/extra-typings';
import type { z } from 'zod';
import type { Filter, Order } from '../desk/contract/shapes.ts';
import { ORDERS } from '../desk/queue/order.ts';
import { STATUSES } from '../desk/review/status.ts';
import type { DeskClient } from './desk.ts';
import { fraction, instant } from './options.ts';
import { WrongUsage } from './terminal/problem.ts';

/** What is to be done: everything that nobody has decided as it stands now. */
export const TO_DO = STATUSES.filter((status) => status !== 'decided');
const STATUS_CHOICES = [...STATUSES, 'to-do', 'all'] as const;
type StatusChoice = (typeof STATUS_CHOICES)[number];

export interface FilterOptions {
  readonly label?: string | undefined;
  readonly channel?: string | undefined;
  readonly author?: string | undefined;
  readonly search?: string | undefined;
  readonly language?: string | undefined;
  readonly source?: string | undefined;
  readonly status?: StatusChoice | undefined;
  readonly decided?: string | undefined;
  readonly opinion?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly minScore?: number | undefined;
  readonly maxScore?: number | undefined;
}

export const orderOption = () =>
  new Option('--order <order>', 'what comes first; what is uncertain mostly teaches most')
    .choices(ORDERS)
    .default('urgent' as z.infer<typeof Order>);

/** A verb that takes a filter. */
export const filtered = (name: string) =>
  new Command(name)
    .option('--label <label>', 'only messages that the model gives this label')
    .option('--channel <name>', 'only this channel, by name or id')
    .option('--author <pseudonym>', 'only this author')
    .option('--search <words>', 'only messages that hold all of these words; "several words" stand together')
    .option('--language <tag>', 'only this language: en, de …')
    .option('--source <file>', 'only from this export')
    .addOption(new Option('--status <status>', 'only those about which this was done').choices(STATUS_CHOICES))
    .option('--decided <label>', 'only those that were decided so')
    .option('--opinion <label>', 'only those of which a larger model says so (`moderato opine`)')
    .option('--since <time>', 'only sent at this time or later: 2026-11-26, or with a time of day', instant)
    .option('--until <time>', 'only sent before this time', instant)
    .option('--min-score <share>', 'only with at least this score', fraction)
    .option('--max-score <share>', 'only with at most this score', fraction);

/** @throws WrongUsage for a name that the workspace does not have */
export async function filterOf(client: DeskClient, options: FilterOptions): Promise<z.input<typeof Filter>> {
  const { channel, source, author, decided, opinion, since, until, minScore, maxScore } = options;
  const facets = channel !== undefined || source !== undefined ? await client.queue.facets() : null;
  return {
    ...(options.label !== undefined && { predicted: [options.label] }),
    ...(facets && channel !== undefined && { channels: channelsOf(facets, channel) }),
    ...(facets && source !== undefined && { sources: sourcesOf(facets, source) }),
    ...(author !== undefined && { authors: [(await client.queue.author({ pseudonym: author })).author] }),
    ...(options.search !== undefined && { text: options.search }),
    ...(options.language !== undefined && { languages: [options.language] }),
    ...statusesOf(options.status),
    ...(decided !== undefined && { labels: [await labelOf(client, decided)] }),
    ...(opinion !== undefined && { opinions: [await labelOf(client, opinion)] }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
    ...(minScore !== undefined && { minScore }),
    ...(maxScore !== undefined && { maxScore }),
  };
}

function statusesOf(status: StatusChoice | undefined): Pick<z.input<typeof Filter>, 'statuses'> {
  if (status === undefined || status === 'all') return {};
  return { statuses: status === 'to-do' ? TO_DO : [status] };
}

type Facets = Awaited<ReturnType<DeskClient['queue']['facets']>>;

function channelsOf({ channels }: Facets, wanted: string): number[] {
  const name = wanted.replace(/^#/, '').toLowerCase();
  const found = channels.filter(
    (channel) => channel.name.replace(/^#/, '').toLowerCase() === name || channel.platformId === wanted,
  );
  if (found.length > 0) return found.map(({ id }) => id);
  throw new WrongUsage(`There is no channel "${wanted}".`, someAre(channels.map((channel) => channel.name)));
}

function sourcesOf({ sources }: Facets, wanted: string): number[] {
  const found = sources.filter(({ name }) => name === wanted || name.endsWith(`/${wanted}`));
  if (found.length > 0) return found.map(({ id }) => id);
  throw new WrongUsage(`Nothing was imported from "${wanted}".`, someAre(sources.map(({ name }) => name)));
}

/** Id of the label of this name. @throws WrongUsage */
export async function labelOf(client: DeskClient, wanted: string): Promise<number> {
  const labels = (await client.labels.list()).filter(({ retired }) => !retired);
  const found = labels.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found.id;
  throw new WrongUsage(
    `There is no label "${wanted}".`,
    labels.length === 0
      ? 'Make one: moderato labels --add NAME --severity 2.'
      : someAre(labels.map(({ name }) => name)),
  );
}

function someAre(names: readonly string[]): string {
  if (names.length === 0) return 'There is none at all.';
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ' …' : '');
  return `There ${names.length === 1 ? 'is' : 'are'} ${shown}.`;
}
