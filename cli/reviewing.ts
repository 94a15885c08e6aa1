/** What the verbs of a review share: who decides, and which messages are meant. */
import { userInfo } from 'node:os';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { VerbDesk } from './desk.ts';
import type { DeskClient } from './desk.ts';
import { positive } from './options.ts';
import type { Setting } from './run.ts';
import { counted } from './terminal/figures.ts';
import { WrongUsage } from './terminal/problem.ts';

/** A verb that somebody does something with. */
export const reviewing = (name: string) =>
  new Command(name)
    .requiredOption('-w, --workspace <file>', 'the workspace (NAME.moderato)')
    .option('--reviewer <name>', 'who does it; default: MODERATO_REVIEWER, else your name on this computer')
    .option('--json', 'print JSON', false);

export interface ReviewOptions {
  readonly workspace: string;
  readonly reviewer?: string | undefined;
}

export interface ReviewDesk extends AsyncDisposable {
  readonly client: DeskClient;
  readonly run: VerbDesk['run'];
  readonly reviewer: number;
}

/** Under which name somebody decides. @throws WrongUsage where there is none */
export function nameOf({ reviewer }: Pick<ReviewOptions, 'reviewer'>): string {
  const name = (reviewer ?? process.env['MODERATO_REVIEWER'] ?? nameHere()).trim();
  if (name !== '') return name;
  throw new WrongUsage('Nobody is named who does it.', 'Say who, with --reviewer NAME or in MODERATO_REVIEWER.');
}

/** Of whoever sits at this computer; empty in a container whose user has no name. */
function nameHere(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/** Opens the workspace for a reviewer, who is added where nobody of that name was there yet. */
export async function openReview(setting: Setting, options: ReviewOptions): Promise<ReviewDesk> {
  const desk = await VerbDesk.open(setting, options.workspace);
  try {
    const { client } = desk;
    const reviewer = await reviewerOf(client, options);
    return { client, reviewer, run: desk.run.bind(desk), [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose]() };
  } catch (error) {
    await desk[Symbol.asyncDispose]();
    throw error;
  }
}

/** Who does it, added where nobody of that name was there yet. */
export async function reviewerOf(client: DeskClient, options: Pick<ReviewOptions, 'reviewer'>): Promise<number> {
  const name = nameOf(options);
  const known = named(await client.reviewers.list(), name);
  return (known ?? (await client.reviewers.add({ name }))).id;
}

/** The one of this name, however it is capitalised. */
export const named = <Reviewer extends { readonly name: string }>(
  reviewers: readonly Reviewer[],
  name: string,
): Reviewer | undefined => reviewers.find((one) => one.name.toLowerCase() === name.toLowerCase());

/** Numbers of messages, as `queue` prints them. */
export function itemNumbers(text: string, before: readonly number[] | undefined): readonly number[] {
  const own = text.split(',').map((part) => {
    try {
      return positive(part.trim().replace(/^item\s*/i, ''));
    } catch {
      throw new InvalidArgumentError('It must be the number of a message, as `moderato queue` prints it.');
    }
  });
  return [...(before ?? []), ...own];
}

/** The messages as they are now, so that a decision is about the text that stands there. */
export const seenNow = async (
  client: DeskClient,
  items: readonly number[],
): Promise<{ item: number; version: number }[]> =>
  await Promise.all(
    items.map(async (item) => ({ item, version: (await client.queue.item({ item })).message.version })),
  );

/** `3 messages` … and how many were left alone. */
export const touched = ({
  items,
  changed,
}: {
  readonly items: readonly number[];
  readonly changed: readonly number[];
}) =>
  counted(items.length, 'message') +
  (changed.length === 0 ? '' : `; ${counted(changed.length, 'message')} left alone, because the text had changed`);
