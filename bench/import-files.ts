/**
 * Synthetic exports for the import bench: seeded, in the sizes that real ones have (a median of some ten words a
 * message, now and then a long one; 5,000 people; four channels). The words are made up.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** A generator of numbers in [0, 1): mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const COMMON =
  'the of and to in a is that for it was on are as with they be at this have from or had by not but what all were when we there can an your which their if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may long little very after words called just where most know'.split(
    ' ',
  );
const SYLLABLES =
  'ba re ti mon ler sta ki no vel dra shu pen or ga lis fe tru an co mi del wor ny per sal ent ber tom'.split(' ');

/** 30,000 words of which the first are used most, as in any language. */
function vocabulary(next: () => number): readonly string[] {
  const words = new Set(COMMON);
  while (words.size < 30_000) {
    let word = '';
    for (let n = 2 + Math.floor(next() * 3); n > 0; n--) word += SYLLABLES[Math.floor(next() * SYLLABLES.length)];
    words.add(word);
  }
  return [...words];
}

interface Row {
  readonly id: string;
  readonly author: number;
  readonly channel: number;
  readonly time: string;
  readonly text: string;
}

function* rows(count: number, seed: number, from = 0): Generator<Row> {
  const next = random(seed);
  const words = vocabulary(next);
  for (let i = from; i < from + count; i++) {
    let text = '';
    for (let n = 1 + Math.floor(-Math.log(1 - next()) * 16); n > 0; n--) {
      text += `${text === '' ? '' : ' '}${words[Math.floor(words.length ** next()) - 1]}`;
    }
    const at = 1_600_000_000_000 + i * 20_000;
    yield {
      id: String((BigInt(at - 1_420_070_400_000) << 22n) | BigInt(i % 4096)),
      author: Math.floor(5_000 ** next()),
      channel: Math.floor(next() * 4),
      time: new Date(at).toISOString(),
      text,
    };
  }
}

/** Writes pieces to a file, some hundred kilobytes at a time. @returns bytes */
function write(path: string, pieces: Iterable<string>): number {
  const file = openSync(path, 'w');
  let bytes = 0;
  let waiting = '';
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < 1 << 19) continue;
    bytes += writeSync(file, waiting);
    waiting = '';
  }
  bytes += writeSync(file, waiting);
  closeSync(file);
  return bytes;
}

/** A table: id, author, date, channel, text. @param from number of its first message */
export function writeCsv(path: string, count: number, seed: number, from = 0): number {
  return write(
    path,
    (function* () {
      yield 'id,author,date,channel,text\r\n';
      for (const { id, author, time, channel, text } of rows(count, seed, from)) {
        yield `${id},person ${author},${time},channel-${channel},"${text}"\r\n`;
      }
    })(),
  );
}

/** One channel as DiscordChatExporter writes it, indented, about 1 kB a message. */
export function writeDiscord(path: string, count: number, seed: number): number {
  return write(
    path,
    (function* () {
      const guild = { id: '100000000000000001', name: 'A server', iconUrl: '' };
      const channel = {
        id: '100000000000000002',
        type: 'GuildTextChat',
        categoryId: null,
        category: null,
        name: 'general',
        topic: null,
      };
      const head = JSON.stringify(
        { guild, channel, dateRange: { after: null, before: null }, exportedAt: '2024-01-01T00:00:00+00:00' },
        null,
        2,
      );
      yield `${head.slice(0, -2)},\n  "messages": [`;
      let separator = '\n    ';
      for (const row of rows(count, seed)) {
        yield separator + JSON.stringify(discordMessage(row), null, 2).replaceAll('\n', '\n    ');
        separator = ',\n    ';
      }
      yield `\n  ],\n  "messageCount": ${count}\n}`;
    })(),
  );
}

function discordMessage({ id, author, time, text }: Row): unknown {
  return {
    id,
    type: 'Default',
    timestamp: time.replace('Z', '+00:00'),
    timestampEdited: null,
    callEndedTimestamp: null,
    isPinned: false,
    content: text,
    author: {
      id: String(200_000_000_000_000_000n + BigInt(author)),
      name: `person${author}`,
      discriminator: '0000',
      nickname: `Person ${author}`,
      color: '#1ABC9C',
      isBot: false,
      roles: [{ id: '300000000000000001', name: 'Member', color: '#1ABC9C', position: 4 }],
      avatarUrl: `https://cdn.example.invalid/avatars/${author}/0123456789abcdef0123456789abcdef.png?size=512`,
    },
    attachments: [],
    embeds: [],
    stickers: [],
    reactions: [],
    mentions: [],
    inlineEmojis: [],
  };
}
