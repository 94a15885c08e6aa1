/**
 * Makes the sample exports: node samples/make.ts DATA_FOLDER [--seed N] [--out FOLDER] [--messages N] [--toxic N]
 * Run again with the same data and seed, it gives the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readDataset } from '../native-models/recipe/datasets.ts';
import { seededRandom } from '../engine/train/random.ts';
import { chooseComments, SampleError, type Comment } from './choose.ts';
import { converse, invitePeople } from './conversation.ts';
import { discordExport } from './discord.ts';
import { telegramExport } from './telegram.ts';

export interface SampleOptions {
  readonly seed: number;
  /** people's text messages in each export */
  readonly messages: number;
  /** how many of them are toxic */
  readonly toxic: number;
}

/** The committed samples are made with these. */
export const SAMPLE_OPTIONS: SampleOptions = { seed: 2026, messages: 2000, toxic: 120 };

export interface Samples {
  /** file name → content */
  readonly files: ReadonlyMap<string, string>;
}

function csv(rows: readonly (readonly string[])[]): string {
  const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

/** Makes all sample files from the folder of data sets. Throws DatasetError or SampleError. */
export function makeSamples(dataFolder: string, options: SampleOptions): Samples {
  const random = seededRandom(options.seed);
  const rows = readDataset(dataFolder, 'civil_comments_crowd');
  const choice = chooseComments(rows, options.messages, options.toxic, random);

  const members = invitePeople(80, random);
  const discord = discordExport(converse(choice.discord, members, 21, random), random);
  const people = invitePeople(60, random);
  const telegram = telegramExport(converse(choice.telegram, people, 28, random), people, random);

  const listed = (platform: string, comments: readonly Comment[], channel: string, ids: readonly string[]) =>
    comments.map((comment, index) => ({ platform, channel, id: ids[index] as string, comment }));
  const all = [
    ...listed('discord', choice.discord, discord.channel, discord.ids),
    ...listed('telegram', choice.telegram, telegram.channel, telegram.ids),
  ];
  const gold = all.map(({ platform, id, channel, comment }) => [
    platform,
    id,
    channel,
    comment.toxic ? 'toxic' : 'fine',
    comment.text,
  ]);
  const sources = all.map(({ platform, id, channel, comment }) => [
    platform,
    id,
    channel,
    comment.source,
    comment.votes,
  ]);
  return {
    files: new Map([
      ['discord.json', discord.json],
      ['telegram.json', telegram.json],
      ['gold.csv', csv([['platform', 'id', 'channel', 'label', 'text'], ...gold])],
      ['sources.csv', csv([['platform', 'id', 'channel', 'source', 'toxic_votes'], ...sources])],
    ]),
  };
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(SAMPLE_OPTIONS.seed) },
      messages: { type: 'string', default: String(SAMPLE_OPTIONS.messages) },
      toxic: { type: 'string', default: String(SAMPLE_OPTIONS.toxic) },
      out: { type: 'string', default: import.meta.dirname },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new SampleError('Usage: node samples/make.ts DATA_FOLDER [--seed N] [--out FOLDER]');
  const count = (name: 'seed' | 'messages' | 'toxic'): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 0) throw new SampleError(`--${name} must be a whole number from 0.`);
    return value;
  };
  const samples = makeSamples(folder, { seed: count('seed'), messages: count('messages'), toxic: count('toxic') });
  mkdirSync(values.out, { recursive: true });
  for (const [name, content] of samples.files) {
    writeFileSync(join(values.out, name), content);
    console.log(`${name}: ${Buffer.byteLength(content)} bytes`);
  }
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
