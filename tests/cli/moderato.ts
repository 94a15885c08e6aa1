/** Runs the real launcher on a tiny model with random weights, in folders of its own, so that nobody's settings matter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { encodeAdapter } from '../../engine/adapter/file.ts';
import { seededRandom } from '../../engine/train/random.ts';
import { adapterOn } from '../reference/adapters.ts';
import { tokenizerFor, writeRandomModel } from '../reference/random-models.ts';

export interface Ended {
  /** null where a signal ended it */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** called with what came on standard error so far; returns true once it has done what it wanted */
  readonly onErr?: (err: string, kill: (signal: NodeJS.Signals) => void) => boolean;
  /** bytes of standard output after which it is closed, as `head` does */
  readonly closeAfter?: number;
  /** node's own options */
  readonly node?: readonly string[];
}

const LAUNCHER = fileURLToPath(new URL('../../cli/moderato.js', import.meta.url));
const WIDTH = 64;
/** Far longer than any run takes: one that waits for ever fails its test with what it has printed, instead of holding up all tests. */
const PATIENCE_MS = 300_000;

export class Bench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'moderato-cli-'));
  readonly model = this.path('tiny.gguf');
  readonly adapter = this.path('tiny.adapter.gguf');
  /** of the model */
  readonly sha256: string;

  constructor() {
    const tokenizer = tokenizerFor('bert');
    writeRandomModel(this.model, { variant: 'bert', tokenizer, blocks: 1, width: WIDTH, vocabulary: 30_522 });
    this.sha256 = createHash('sha256').update(readFileSync(this.model)).digest('hex');
    this.writeAdapter('tiny.adapter.gguf', this.sha256);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file of the test and gives its path. */
  file(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** An adapter with a random head for a base of this SHA-256. */
  writeAdapter(name: string, sha256: string, languages: string[] = ['en'], seed = 7): string {
    const random = seededRandom(seed);
    const half = Float32Array.from({ length: WIDTH }, () => random() - 0.5);
    const adapter = adapterOn(
      { name: 'tiny.gguf', sha256, architecture: 'bert' },
      {
        name: 'tiny',
        exitDepth: 1,
        languages,
        head: { weight: Float32Array.from([...half.map((w) => -w), ...half]), bias: new Float32Array(2) },
      },
    );
    return this.file(name, encodeAdapter(adapter));
  }

  /** Names the tiny model, and spares the measurement of weight layouts. */
  get tiny(): readonly string[] {
    return ['--model', this.model, '--adapter', this.adapter, '--deterministic'];
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = spawn(process.execPath, [...(options.node ?? []), LAUNCHER, ...words], {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        XDG_CONFIG_HOME: this.path('config'),
        XDG_DATA_HOME: this.path('data'),
        TMPDIR: this.folder,
        TZ: 'UTC',
        ...options.env,
      },
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    const printed = { out: '', err: '' };
    let acted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed.out += text;
      if (options.closeAfter !== undefined && printed.out.length >= options.closeAfter) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      printed.err += text;
      if (!acted && options.onErr !== undefined) acted = options.onErr(printed.err, (signal) => child.kill(signal));
    });
    // The program may end without having read it all.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...printed };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A Discord export of these texts, in the shape of DiscordChatExporter. */
export function discordExport(texts: readonly string[]): string {
  const messages = texts.map((content, i) => ({
    id: String(1_200_000_000_000_000_000n + BigInt(i)),
    type: 'Default',
    timestamp: new Date(Date.UTC(2026, 4, 4, 12, 0, i)).toISOString(),
    timestampEdited: null,
    isPinned: false,
    content,
    author: { id: String(500 + (i % 5)), name: `name-${i % 5}`, discriminator: '0000', nickname: 'x', isBot: false },
    attachments: [],
    embeds: [],
    reactions: [],
    mentions: [],
  }));
  return JSON.stringify(
    {
      guild: { id: '1', name: 'Harbour', iconUrl: '' },
      channel: { id: '2', type: 'GuildTextChat', categoryId: null, category: null, name: 'general', topic: null },
      dateRange: { after: null, before: null },
      messages,
      messageCount: messages.length,
    },
    null,
    2,
  );
}

/** Harmless English sentences, all different. */
export const sentences = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `This is message number ${i} about the weather in the harbour today.`);
